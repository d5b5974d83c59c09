package org.diffusionjmh.graph.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;

/** Graphs and operations of any kind there is, made by what their records say of themselves. */
final class RandomGraphs {
    private static final int ATTEMPTS = 100;
    private static final int NODES = 60;
    private static final int SIZES = 3;

    private static final List<Double> NUMBERS =
            List.of(0.0, -0.0, 1e-5, 1.0 / 3, -7.25e300, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY);

    private static final List<String> TEXTS =
            List.of("", "conv_in.weight", "a \"quoted\" [name]", "two\nlines", "\u2028\u00e9\ud83d\ude00", "\\");

    private final Random random;
    private int names;

    RandomGraphs(Random random) {
        this.random = random;
    }

    /** All records that are operations. */
    static List<Class<?>> operations() {
        return leaves(Op.class).toList();
    }

    private static Stream<Class<?>> leaves(Class<?> kind) {
        return kind.isSealed()
                ? Arrays.stream(kind.getPermittedSubclasses()).flatMap(RandomGraphs::leaves)
                : Stream.of(kind);
    }

    /** A graph; what it takes and gives may be used or not. */
    Graph graph() {
        List<Node> inputs = new ArrayList<>();
        for (int i = 0; i < SIZES; i++) {
            inputs.add(new Node(
                    new SourceOp.Input(name(), type(), choice(List.of(SourceOp.Pace.values()))), List.of(), text()));
        }
        List<Node> nodes = new ArrayList<>(inputs);
        for (int i = 0; i < NODES; i++) {
            Class<?> kind = choice(operations());
            if (kind != SourceOp.Input.class) {
                add(kind == SourceOp.Weight.class ? new SourceOp.Weight(name(), type()) : operation(kind), nodes);
            }
        }
        Map<String, Node> outputs = new LinkedHashMap<>();
        IntStream.range(0, SIZES).forEach(i -> outputs.put(name(), choice(nodes)));
        return new Graph(text(), inputs, outputs);
    }

    /** Adds a node if some arguments fit. */
    private void add(Op op, List<Node> nodes) {
        List<Node> arguments = IntStream.range(0, random.nextInt(SIZES + 1))
                .mapToObj(i -> choice(nodes))
                .toList();
        try {
            nodes.add(new Node(op, arguments, text()));
        } catch (RuntimeException e) {
            return; // they do not fit
        }
    }

    /** An operation of a kind. */
    Op operation(Class<?> kind) {
        if (kind == SourceOp.Constant.class) {
            TensorType type = type().withDType(DType.FP32);
            return new SourceOp.Constant(
                    type,
                    Stream.generate(() -> choice(NUMBERS).floatValue())
                            .limit(type.elements())
                            .toList());
        }
        return (Op) value(kind);
    }

    private Object value(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            Type element = generic.getActualTypeArguments()[0];
            return IntStream.range(0, random.nextInt(SIZES + 2))
                    .mapToObj(i -> value(element))
                    .toList();
        }
        Class<?> kind = (Class<?>) type;
        if (kind == int.class || kind == Integer.class) {
            return random.nextInt(SIZES) + 1;
        }
        if (kind == long.class || kind == Long.class) {
            return random.nextInt(SIZES) + (random.nextInt(9) == 0 ? 1L << 40 : 1L);
        }
        if (kind == boolean.class) {
            return random.nextBoolean();
        }
        if (kind == double.class) {
            return choice(NUMBERS);
        }
        if (kind == String.class) {
            return text();
        }
        if (kind == TensorType.class) {
            return type();
        }
        if (kind.isEnum()) {
            return choice(List.of(kind.getEnumConstants()));
        }
        if (kind.isRecord()) {
            return record(kind);
        }
        throw new AssertionError(
                "this test makes no " + type.getTypeName() + " yet; teach it to, and Codecs if needed");
    }

    /** Drawn again where a record does not take all that its components' types allow. */
    private Object record(Class<?> kind) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Object> drawn = drawn(kind);
            if (drawn.isPresent()) {
                return drawn.get();
            }
        }
        throw new AssertionError(kind + " takes hardly anything; teach this test what it takes");
    }

    private Optional<Object> drawn(Class<?> kind) {
        RecordComponent[] components = kind.getRecordComponents();
        try {
            Constructor<?> constructor = kind.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            return Optional.of(constructor.newInstance(Arrays.stream(components)
                    .map(component -> value(component.getGenericType()))
                    .toArray()));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                return Optional.empty();
            }
            throw new AssertionError(kind + " takes not everything; teach this test what it takes", e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private TensorType type() {
        DType dtype = random.nextInt(4) > 0 ? DType.FP32 : choice(List.of(DType.values()));
        return new TensorType(
                dtype,
                IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> random.nextInt(2) == 0 ? 2L : 4L)
                        .toList());
    }

    private String text() {
        return choice(TEXTS);
    }

    private String name() {
        return text() + names++;
    }

    private <T> T choice(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
