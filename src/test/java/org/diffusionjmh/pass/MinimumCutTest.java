package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class MinimumCutTest {
    private record Edge(Object from, Object to, long cost) {}

    /** Compared with all ways to part the vertices; of the cheapest it is the one with the smallest first part, which is in all of them. */
    @RepeatedTest(20)
    void isTheCheapestOfAll() {
        Random random = new Random();
        List<Object> vertices = new ArrayList<>(List.of("a", "b", "c", "d", "e", "f"));
        List<Edge> edges = new ArrayList<>();
        MinimumCut cut = new MinimumCut();
        for (int i = 0; i < 16; i++) {
            Object from = random.nextInt(4) == 0 ? MinimumCut.FIRST : vertices.get(random.nextInt(6));
            Object to = random.nextInt(4) == 0 ? MinimumCut.SECOND : vertices.get(random.nextInt(6));
            Edge edge = new Edge(from, to, random.nextInt(9));
            edges.add(edge);
            cut.edge(from, to, edge.cost());
        }
        long least = Long.MAX_VALUE;
        Set<Object> smallest = Set.of();
        for (int bits = 0; bits < 1 << vertices.size(); bits++) {
            Set<Object> first = new HashSet<>(Set.of(MinimumCut.FIRST));
            for (int i = 0; i < vertices.size(); i++) {
                if ((bits >> i & 1) == 1) {
                    first.add(vertices.get(i));
                }
            }
            long cost = cost(edges, first);
            if (cost < least || (cost == least && first.size() < smallest.size())) {
                least = cost;
                smallest = first;
            }
        }
        assertEquals(smallest, cut.first());
    }

    private static long cost(List<Edge> edges, Set<Object> first) {
        return edges.stream()
                .filter(edge -> first.contains(edge.from()) && !first.contains(edge.to()))
                .mapToLong(Edge::cost)
                .sum();
    }

    /** What is not to be cut is not, however much the other edges cost. */
    @Test
    void neverIsMoreThanAnyCost() {
        MinimumCut cut = new MinimumCut();
        cut.edge(MinimumCut.FIRST, "a", 1L << 50);
        cut.edge("a", "b", MinimumCut.NEVER);
        cut.edge("a", "b", MinimumCut.NEVER);
        cut.edge("b", MinimumCut.SECOND, MinimumCut.NEVER);
        assertEquals(Set.of(MinimumCut.FIRST), cut.first());
    }
}
