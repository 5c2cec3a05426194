using System.Runtime.InteropServices;
using DurableMl.Features.Schemas;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;

namespace DurableMl.Features.Transforms;

/// <summary>What a transform is fitted from: figures of some rows, which add up to those of all rows.</summary>
public sealed class TableStatistics
{
    /// <summary>The figures of each feature over the training split, by column.</summary>
    public Dictionary<string, ColumnStatistics> Features { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The figures of each target, by column: of a regression over the training split, of a classification over all rows, since
    /// labels are no features.</summary>
    public Dictionary<string, ColumnStatistics> Targets { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How many rows each split has, by <see cref="Split"/>.</summary>
    public long[] Rows { get; init; } = new long[Enum.GetValues<Split>().Length];

    /// <summary>Rows that were left out, having no target.</summary>
    public long RowsWithoutTarget { get; set; }

    /// <summary>Adds rows.</summary>
    /// <param name="transform">What will be fitted.</param>
    /// <param name="batch">The rows, all with their targets (<see cref="TableTransform.WithTargets"/>).</param>
    /// <param name="splits">The split of each.</param>
    public void Add(TableTransform transform, TableBatch batch, ReadOnlySpan<Split> splits)
    {
        ArgumentNullException.ThrowIfNull(transform);
        ArgumentNullException.ThrowIfNull(batch);
        foreach (Split split in splits)
        {
            Rows[(int)split]++;
        }

        foreach (ColumnTransform feature in transform.Features)
        {
            AddColumn(Features, feature.Name, batch[feature.Name], splits, trainOnly: true, feature.CountsWords);
        }

        foreach (string target in transform.Targets)
        {
            AddColumn(Targets, target, batch[target], splits, trainOnly: transform.Task == LearningTask.Regression);
        }
    }

    /// <summary>Adds the figures of other rows.</summary>
    public void Add(TableStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        RowsWithoutTarget += other.RowsWithoutTarget;
        for (int split = 0; split < Rows.Length; split++)
        {
            Rows[split] += other.Rows[split];
        }

        Merge(Features, other.Features);
        Merge(Targets, other.Targets);
    }

    private static void Merge(Dictionary<string, ColumnStatistics> into, Dictionary<string, ColumnStatistics> from)
    {
        foreach ((string name, ColumnStatistics of) in from)
        {
            if (into.TryGetValue(name, out ColumnStatistics? mine))
            {
                mine.Add(of, name);
            }
            else
            {
                into.Add(name, of);
            }
        }
    }

    private static void AddColumn(
        Dictionary<string, ColumnStatistics> into, string name, ColumnValues values, ReadOnlySpan<Split> splits, bool trainOnly, bool withWords = false)
    {
        if (!into.TryGetValue(name, out ColumnStatistics? statistics))
        {
            into.Add(name, statistics = new ColumnStatistics());
        }

        statistics.Add(name, values, splits, trainOnly, withWords);
    }
}

/// <summary>Figures of one column. Means are merged as Chan, Golub and LeVeque do, which loses little to cancellation.</summary>
public sealed class ColumnStatistics
{
    private const int MaxCategories = 100_000;

    /// <summary>Rows with a value.</summary>
    public long Count { get; set; }

    /// <summary>Rows without one.</summary>
    public long Missing { get; set; }

    /// <summary>The mean of numbers.</summary>
    public double Mean { get; set; }

    /// <summary>The sum of squared distances from the mean.</summary>
    public double SquaredDistances { get; set; }

    /// <summary>The least number; null without any.</summary>
    public double? Minimum { get; set; }

    /// <summary>The greatest number; null without any.</summary>
    public double? Maximum { get; set; }

    /// <summary>How often each category or label came; null for columns of numbers and of text.</summary>
    public Dictionary<string, long>? Categories { get; set; }

    /// <summary>In how many texts each word came, of the most frequent ones; null where no vocabulary is asked for.</summary>
    public Dictionary<string, long>? Words { get; set; }

    /// <summary>The population deviation; 1 where all numbers are equal, so that dividing by it does nothing.</summary>
    internal double Deviation => Count > 0 && SquaredDistances > 0 ? Math.Sqrt(SquaredDistances / Count) : 1;

    internal void Add(string name, ColumnValues values, ReadOnlySpan<Split> splits, bool trainOnly, bool withWords)
    {
        if (ColumnValues.IsNumber(values.Type))
        {
            AddNumbers(values.Numbers.Span, splits, trainOnly);
            return;
        }

        ReadOnlySpan<string?> texts = values.Texts.Span;
        for (int row = 0; row < splits.Length; row++)
        {
            if (trainOnly && splits[row] != Split.Train)
            {
                continue;
            }

            if (texts[row] is not { } text)
            {
                Missing++;
                continue;
            }

            Count++;
            if (values.Type == ColumnType.Categorical)
            {
                AddCategory(text);
                CheckCategories(name);
            }
            else if (values.Type == ColumnType.Labels)
            {
                Categories ??= new Dictionary<string, long>(StringComparer.Ordinal);
                Array.ForEach(LabelSet.Split(text), AddCategory);
                CheckCategories(name);
            }
            else if (withWords)
            {
                TextWords.Add(Words ??= new Dictionary<string, long>(StringComparer.Ordinal), text);
            }
        }
    }

    internal void Add(ColumnStatistics other, string name)
    {
        long count = Count + other.Count;
        if (other.Count > 0)
        {
            double distance = other.Mean - Mean;
            Mean += distance * other.Count / count;
            SquaredDistances += other.SquaredDistances + (distance * distance * Count * other.Count / count);
            Minimum = Minimum is { } least && other.Minimum is { } otherLeast ? Math.Min(least, otherLeast) : Minimum ?? other.Minimum;
            Maximum = Maximum is { } most && other.Maximum is { } otherMost ? Math.Max(most, otherMost) : Maximum ?? other.Maximum;
        }

        Count = count;
        Missing += other.Missing;
        foreach ((string text, long times) in other.Categories ?? [])
        {
            Categories ??= new Dictionary<string, long>(StringComparer.Ordinal);
            Categories[text] = Categories.GetValueOrDefault(text) + times;
        }

        if (other.Words is { } words)
        {
            TextWords.Add(Words ??= new Dictionary<string, long>(StringComparer.Ordinal), words);
        }

        CheckCategories(name);
    }

    private void AddNumbers(ReadOnlySpan<double> numbers, ReadOnlySpan<Split> splits, bool trainOnly)
    {
        (long count, double mean, double squares) = (Count, Mean, SquaredDistances);
        (double least, double most) = (Minimum ?? double.PositiveInfinity, Maximum ?? double.NegativeInfinity);
        for (int row = 0; row < splits.Length; row++)
        {
            if (trainOnly && splits[row] != Split.Train)
            {
                continue;
            }

            double value = numbers[row];
            if (double.IsNaN(value))
            {
                Missing++;
                continue;
            }

            double distance = value - mean;
            mean += distance / ++count;
            squares += distance * (value - mean);
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }

        (Count, Mean, SquaredDistances) = (count, mean, squares);
        (Minimum, Maximum) = count > 0 ? (least, most) : (Minimum, Maximum);
    }

    private void AddCategory(string category)
    {
        Categories ??= new Dictionary<string, long>(StringComparer.Ordinal);
        CollectionsMarshal.GetValueRefOrAddDefault(Categories, category, out _)++;
    }

    private void CheckCategories(string name)
    {
        if (Categories?.Count > MaxCategories)
        {
            throw new TableFormatException(
                $"column '{name}'", $"has more than {MaxCategories} categories; give it the type text, numeric or ignored, or predict it as a number (task: regression)");
        }
    }
}
