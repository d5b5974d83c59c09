package org.diffusionjmh.compiler;

import ai.djl.Device;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.diffusionjmh.libtorch.CudaGraphs;

/** What captures CUDA graphs on each device, open while there is something that needs it. All that needs it shares scratch memory. */
final class DeviceGraphs {
    private final CompileJournal journal;
    private final Map<Device, Shared> devices = new HashMap<>();

    DeviceGraphs(CompileJournal journal) {
        this.journal = journal;
    }

    /** The right to use a device's, until it is closed. A device that has no CUDA graphs is an occasion to tell the user, once. */
    Lease lease(Device device) {
        return devices.computeIfAbsent(device, Shared::new).lease();
    }

    /** A right to use what captures graphs; the last one that is closed closes that. */
    static final class Lease implements AutoCloseable {
        private final Optional<CudaGraphs> graphs;
        private final Runnable release;

        private Lease(Optional<CudaGraphs> graphs, Runnable release) {
            this.graphs = graphs;
            this.release = release;
        }

        /** No right to anything. */
        static Lease none() {
            return new Lease(Optional.empty(), () -> {});
        }

        /** Empty if the device has no CUDA graphs. */
        Optional<CudaGraphs> graphs() {
            return graphs;
        }

        /** Does work whose memory captures can use afterwards; see {@link CudaGraphs#onStream}. */
        <T> T leavingMemory(Supplier<T> work) {
            return graphs.isPresent() ? graphs.get().onStream(work) : work.get();
        }

        @Override
        public void close() {
            release.run();
        }
    }

    private final class Shared {
        private final Device device;
        private Optional<CudaGraphs> graphs = Optional.empty();
        private int leases;
        private boolean refused;

        Shared(Device device) {
            this.device = device;
        }

        Lease lease() {
            if (graphs.isEmpty() && !refused) {
                open();
            }
            if (graphs.isEmpty()) {
                return Lease.none();
            }
            leases++;
            return new Lease(graphs, this::release);
        }

        private void open() {
            try {
                graphs = Optional.of(CudaGraphs.open(device));
            } catch (RuntimeException e) {
                refused = true;
                journal.warn("cudagraph runs as none does: " + e.getMessage());
            }
        }

        private void release() {
            leases--;
            if (leases == 0) {
                graphs.ifPresent(CudaGraphs::close);
                graphs = Optional.empty();
            }
        }
    }
}
