package org.diffusionjmh.pass;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The cheapest way to part vertices in two, where edges that lead from the first part to the second cost something (Ford and Fulkerson
 * 1956, with the shortest paths of Edmonds and Karp 1972). Vertices are compared as keys of a map.
 */
final class MinimumCut {
    /** The vertex that is in the first part. */
    static final Object FIRST = new Object();

    /** The vertex that is in the second part. */
    static final Object SECOND = new Object();

    /** The cost of an edge that is not to be cut. */
    static final long NEVER = Long.MAX_VALUE / 4;

    private final Map<Object, Map<Object, Long>> capacities = new HashMap<>();

    /** Adds an edge; several between the same vertices add up. */
    void edge(Object from, Object to, long cost) {
        capacity(from, to, cost);
        capacity(to, from, 0);
    }

    private void capacity(Object from, Object to, long amount) {
        capacities
                .computeIfAbsent(from, vertex -> new LinkedHashMap<>())
                .merge(to, amount, (a, b) -> Math.min(NEVER, a + b));
    }

    /** The first part, as small as it is among parts of equal cost. To be called once, after all edges. */
    Set<Object> first() {
        Map<Object, Object> reached = reached();
        while (reached.containsKey(SECOND)) {
            saturate(reached);
            reached = reached();
        }
        return reached.keySet();
    }

    /** What can be reached from the first vertex, and from where. */
    private Map<Object, Object> reached() {
        Map<Object, Object> reached = new HashMap<>();
        Deque<Object> pending = new ArrayDeque<>();
        reached.put(FIRST, FIRST);
        pending.add(FIRST);
        while (!pending.isEmpty()) {
            Object from = pending.remove();
            capacities.getOrDefault(from, Map.of()).forEach((to, capacity) -> {
                if (capacity > 0 && reached.putIfAbsent(to, from) == null) {
                    pending.add(to);
                }
            });
        }
        return reached;
    }

    /** Uses up the path to the second vertex. */
    private void saturate(Map<Object, Object> reached) {
        long least = NEVER;
        for (Object to = SECOND; to != FIRST; to = reached.get(to)) {
            least = Math.min(least, capacities.get(reached.get(to)).get(to));
        }
        for (Object to = SECOND; to != FIRST; to = reached.get(to)) {
            capacity(reached.get(to), to, -least);
            capacity(to, reached.get(to), least);
        }
    }
}
