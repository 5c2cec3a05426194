using DurableMl.Orchestrations.Randomness;

namespace Orchestrations.Tests.Randomness;

[TestClass]
public class SeededGeneratorTests
{
    [TestMethod]
    public void The_sequence_is_SplitMix64s()
    {
        // The published test vector for seed 1234567.
        var generator = new SeededGenerator(1234567);

        ulong[] numbers = [generator.NextBits(), generator.NextBits(), generator.NextBits(), generator.NextBits(), generator.NextBits()];

        CollectionAssert.AreEqual(
            new ulong[] { 6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821 }, numbers);
    }

    [TestMethod]
    public void Different_purposes_give_unrelated_sequences()
    {
        var first = SeededGenerator.For(1, "a");
        var second = SeededGenerator.For(1, "b");

        Assert.AreNotEqual(first.NextBits(), second.NextBits());
    }

    [TestMethod]
    public void Bounded_numbers_reach_every_value_about_equally_often()
    {
        var generator = new SeededGenerator(42);
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[generator.NextBelow(7)]++;
        }

        // Five standard deviations around 10,000.
        Assert.IsTrue(counts.All(count => Math.Abs(count - 10_000) < 465), string.Join(", ", counts));
    }

    [TestMethod]
    public void Shuffling_keeps_every_item()
    {
        int[] items = [.. Enumerable.Range(0, 1000)];
        var generator = new SeededGenerator(7);

        generator.Shuffle<int>(items);

        CollectionAssert.AreNotEqual(Enumerable.Range(0, 1000).ToArray(), items);
        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).ToArray(), items.Order().ToArray());
    }
}
