using System.Globalization;
using System.Runtime.CompilerServices;
using DurableMl.Features.Tables;

namespace DurableMl.Inference.Serving;

/// <summary>Scores rows with the server's models, beside the server and not through its queues.</summary>
public sealed class BatchScorer
{
    private readonly SessionCache sessions;

    internal BatchScorer(SessionCache sessions) => this.sessions = sessions;

    /// <summary>Scores rows with a version.</summary>
    /// <inheritdoc cref="RowScorer.Score"/>
    public async Task<RowScores> ScoreAsync(
        string model, string version, TensorValue rows, int batch, string? output = null, CancellationToken cancellationToken = default)
    {
        using ModelLease lease = await sessions.AcquireAsync(model, version, cancellationToken);
        return await Task.Run(() => RowScorer.Score(lease.Model.Session, rows, batch, output, cancellationToken), cancellationToken);
    }

    /// <summary>What a version takes and gives in the raw data's words; null for one that takes arrays alone.</summary>
    /// <exception cref="InvalidModelException">The version cannot be used.</exception>
    public async Task<ModelSignature?> SignatureAsync(string model, string version, CancellationToken cancellationToken = default)
    {
        using ModelLease lease = await sessions.AcquireAsync(model, version, cancellationToken);
        return lease.Model.Transform?.Signature;
    }

    /// <summary>Scores the rows of a table as the server answers requests for them. Memory holds a batch of rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="table">The table.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="TableFormatException">The table is damaged, or has not the columns that the model takes.</exception>
    /// <exception cref="InvalidModelException">The version takes no tables, or fails.</exception>
    public IAsyncEnumerable<ScoredRows> ScoreTableAsync(
        string model, string version, TableSource table, ScoreOptions options, CancellationToken cancellationToken = default) =>
        ScoreAsync<ModelColumns>(
            model, version, "tables: it was not trained on columns", options, (columns, faults) => columns.ReadAsync(table, faults, cancellationToken), cancellationToken);

    /// <summary>Scores image files as the server answers requests for them. Memory holds those of one run.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="images">The files; their numbers, from 1, are their places.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <exception cref="InvalidModelException">The version takes no images, or fails.</exception>
    public IAsyncEnumerable<ScoredRows> ScoreImagesAsync(
        string model, string version, IAsyncEnumerable<ImageSource> images, ScoreOptions options, CancellationToken cancellationToken = default) =>
        ScoreAsync<ModelImages>(
            model, version, "image files: it was not trained on them", options,
            (transform, faults) => transform.ReadAsync(images, options.Batch, faults, cancellationToken), cancellationToken);

    private async IAsyncEnumerable<ScoredRows> ScoreAsync<T>(
        string model, string version, string lacking, ScoreOptions options,
        Func<T, ICollection<FaultyRow>, IAsyncEnumerable<(IReadOnlyList<long> Rows, ReadOnlyMemory<float> Numbers)>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : ModelTransform
    {
        using ModelLease lease = await sessions.AcquireAsync(model, version, cancellationToken);
        T transform = lease.Model.Transform as T ?? throw new InvalidModelException($"Version {version} of model '{model}' takes no {lacking}.");
        var faults = new List<FaultyRow>();
        await foreach ((IReadOnlyList<long> rows, ReadOnlyMemory<float> numbers) in read(transform, faults).WithCancellation(cancellationToken))
        {
            yield return new ScoredRows(rows, Answer(lease.Model, numbers.Span, options, cancellationToken), [.. faults]);
            faults.Clear();
        }
    }

    private static ScoredOutput[] Answer(LoadedModel model, ReadOnlySpan<float> numbers, ScoreOptions options, CancellationToken cancellationToken)
    {
        ModelTransform transform = model.Transform!;
        int width = transform.InputWidth;
        int batch = model.Session.Inputs[0].Shape[0] switch
        {
            < 0 => options.Batch,
            1 => 1,
            var rows => throw new InvalidModelException($"The model takes exactly {rows} rows at a time; to score tables or images it must take any number of rows, or one."),
        };
        var asked = new InferRequest();
        if (options.Threshold is { } threshold)
        {
            asked.Parameters = new() { [LabelScores.Parameter] = threshold.ToString("R", CultureInfo.InvariantCulture) };
        }

        var answers = new List<(string Name, List<string> Texts, List<float> Numbers)>();
        while (!numbers.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int taken = (int)Math.Min((long)batch * width, numbers.Length);
            using TensorList outputs = transform.Answer(model.Session, numbers[..taken], asked);
            for (int i = 0; i < outputs.Count; i++)
            {
                if (answers.Count == i)
                {
                    answers.Add((outputs[i].Name, [], []));
                }

                answers[i].Texts.AddRange(outputs[i].Type.IsBytes ? outputs[i].Texts() : []);
                answers[i].Numbers.AddRange(outputs[i].Type.IsBytes ? [] : outputs[i].Floats);
            }

            numbers = numbers[taken..];
        }

        return [.. answers.Select(answer => new ScoredOutput(answer.Name, answer.Texts, [.. answer.Numbers]))];
    }
}

/// <summary>How rows are scored.</summary>
/// <param name="Batch">Rows per run of the model, at least 1.</param>
/// <param name="Threshold">The probability from which on a label is answered, where there are several: 0 to 1; null for a half.</param>
public sealed record ScoreOptions(int Batch, double? Threshold = null);

/// <summary>An encoded image.</summary>
/// <param name="Name">What it is called, for messages.</param>
/// <param name="Content">The file.</param>
public readonly record struct ImageSource(string Name, ReadOnlyMemory<byte> Content);

/// <summary>Some rows with what the model says of them.</summary>
/// <param name="Rows">Their numbers, from 1.</param>
/// <param name="Outputs">Labels and scores, or a number for each target; empty where there is no row.</param>
/// <param name="Faults">Rows that were among them and cannot be scored.</param>
public sealed record ScoredRows(IReadOnlyList<long> Rows, IReadOnlyList<ScoredOutput> Outputs, IReadOnlyList<FaultyRow> Faults);

/// <summary>An output of some rows, as a request for them is answered.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Texts">Its text for each row; empty for numbers.</param>
/// <param name="Numbers">Its numbers, row by row; empty for texts.</param>
public sealed record ScoredOutput(string Name, IReadOnlyList<string> Texts, float[] Numbers);
