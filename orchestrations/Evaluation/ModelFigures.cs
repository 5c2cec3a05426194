using System.Runtime.InteropServices;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Preprocessing;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>How a model did on the rows of a slice.</summary>
/// <param name="Examples">Rows of the test split.</param>
/// <param name="Metrics">By name, as for the whole split but without <c>auc</c>.</param>
public sealed record SliceResult(long Examples, IReadOnlyDictionary<string, double> Metrics);

/// <summary>What a model answered to some examples.</summary>
/// <param name="Classes">The class of each; empty for a model of numbers.</param>
/// <param name="Numbers">The numbers of each, row by row; empty where there are none for every class.</param>
internal readonly record struct ModelAnswers(long[] Classes, float[] Numbers);

/// <summary>The values of one column, row by row; null is a missing one.</summary>
internal sealed record SliceValues(string Column, IReadOnlyList<string?> Values);

/// <summary>Adds up how a model's answers compare with what was expected: over all examples, and over the rows of each slice.</summary>
internal sealed class ModelFigures(DatasetManifest manifest)
{
    /// <summary>The values of a column that get figures of their own; the rows of all others are counted together.</summary>
    private const int MostValues = 20;

    private const string Others = "(other)";
    private const string Missing = "(missing)";

    private readonly Tally whole = new(manifest, withRanks: true);
    private readonly Dictionary<string, SortedDictionary<string, Tally>> slices = new(StringComparer.Ordinal);

    public long Examples => whole.Examples;

    public IReadOnlyDictionary<string, double> Metrics => whole.Metrics;

    public IReadOnlyList<double?> ClassAccuracy => whole.ClassAccuracy;

    /// <summary>By column and value; null where nothing is sliced.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, SliceResult>>? Slices => slices.Count == 0
        ? null
        : slices.ToDictionary(
            column => column.Key,
            column => (IReadOnlyDictionary<string, SliceResult>)column.Value.ToDictionary(
                value => value.Key, value => new SliceResult(value.Value.Examples, value.Value.Metrics), StringComparer.Ordinal),
            StringComparer.Ordinal);

    /// <summary>How many numbers a model gives for each example of a dataset without classes.</summary>
    public static int NumbersOf(DatasetManifest manifest) => manifest.Task == LearningTask.MultiLabel ? manifest.Classes : manifest.Targets?.Count ?? 1;

    /// <summary>Adds examples.</summary>
    /// <param name="expected">Their labels, as in a shard.</param>
    /// <param name="answers">The model's answers.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="values">The values of each column that is sliced by.</param>
    /// <param name="first">The place of the first example among those values.</param>
    public void Add(ReadOnlySpan<byte> expected, ModelAnswers answers, int count, IReadOnlyList<SliceValues> values, int first)
    {
        whole.Add(expected, answers.Classes, answers.Numbers, count);
        int labelBytes = expected.Length / count;
        int numbers = answers.Numbers.Length / count;
        foreach (SliceValues column in values)
        {
            if (!slices.TryGetValue(column.Column, out SortedDictionary<string, Tally>? of))
            {
                slices.Add(column.Column, of = new SortedDictionary<string, Tally>(StringComparer.Ordinal));
            }

            for (int row = 0; row < count; row++)
            {
                Of(of, column.Values[first + row] ?? Missing).Add(
                    expected.Slice(row * labelBytes, labelBytes), answers.Classes.AsSpan(answers.Classes.Length == 0 ? 0 : row, answers.Classes.Length == 0 ? 0 : 1),
                    answers.Numbers.AsSpan(row * numbers, numbers), 1);
            }
        }
    }

    private Tally Of(SortedDictionary<string, Tally> column, string value)
    {
        string name = column.ContainsKey(value) || column.Count < MostValues ? value : Others;
        if (!column.TryGetValue(name, out Tally? tally))
        {
            column.Add(name, tally = new Tally(manifest, withRanks: false));
        }

        return tally;
    }

    /// <summary>The tally that a dataset's task needs.</summary>
    private sealed class Tally(DatasetManifest manifest, bool withRanks)
    {
        private readonly ClassTally? classes = manifest.Task is null or LearningTask.Classification ? new ClassTally(manifest.Classes, withRanks) : null;
        private readonly LabelTally? labels = manifest.Task is LearningTask.MultiLabel ? new LabelTally(manifest.Classes) : null;
        private readonly ValueTally? values = manifest.Task is LearningTask.Regression ? new ValueTally(NumbersOf(manifest)) : null;

        public long Examples => classes?.Examples ?? labels?.Examples ?? values!.Examples;

        public IReadOnlyDictionary<string, double> Metrics => classes?.Metrics() ?? labels?.Metrics() ?? values!.Metrics();

        public IReadOnlyList<double?> ClassAccuracy => classes?.ClassAccuracy ?? [];

        public void Add(ReadOnlySpan<byte> expected, ReadOnlySpan<long> answers, ReadOnlySpan<float> numbers, int count)
        {
            if (classes is not null)
            {
                classes.Add(MemoryMarshal.Cast<byte, long>(expected)[..count], answers, numbers);
            }
            else if (labels is not null)
            {
                labels.Add(MemoryMarshal.Cast<byte, float>(expected), numbers);
            }
            else
            {
                values!.Add(MemoryMarshal.Cast<byte, float>(expected), numbers);
            }
        }
    }
}
