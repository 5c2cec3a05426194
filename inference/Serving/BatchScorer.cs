using DurableMl.Inference.Registry;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Serving;

/// <summary>
/// Runs a model over many rows in fixed batches, beside the server and not through its queues: which rows share a run depends on the rows
/// alone, so that the same rows always give the same bits.
/// </summary>
public sealed class BatchScorer
{
    private readonly SessionCache sessions;
    private readonly ModelRegistry registry;

    internal BatchScorer(SessionCache sessions, ModelRegistry registry)
    {
        this.sessions = sessions;
        this.registry = registry;
    }

    /// <summary>The version that a version or alias means in the registry now.</summary>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    /// <exception cref="ModelNotFoundException">There is no such model, version or alias.</exception>
    public async Task<string> ResolveAsync(string model, string versionOrAlias, CancellationToken cancellationToken = default)
    {
        string? version = ModelNames.IsVersion(versionOrAlias)
            ? versionOrAlias
            : (await registry.GetAliasesAsync(model, cancellationToken)).Versions.GetValueOrDefault(ModelNames.Alias(versionOrAlias));
        return version is null
            ? throw ModelNotFoundException.Alias(ModelNames.Model(model), versionOrAlias)
            : (await registry.GetAsync(model, version, cancellationToken)).Version;
    }

    /// <summary>
    /// Scores rows with a model of one input. Of its outputs a label and the scores beside it are taken, or scores alone, or a value;
    /// <see cref="TensorSpec.Role"/> says which is which.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="rows">The rows: the first dimension counts them, and the name does not matter.</param>
    /// <param name="batch">Rows per run of the model, at least 1.</param>
    /// <param name="output">The output to take instead; null to choose.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="InvalidModelException">The model has another form, or the rows do not fit it.</exception>
    public async Task<RowScores> ScoreAsync(
        string model, string version, TensorValue rows, int batch, string? output = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        using ModelLease lease = await sessions.AcquireAsync(model, version, cancellationToken);
        ModelSession session = lease.Model.Session;
        if (session.Inputs is not [var input] || !TensorType.ByName.TryGetValue(input.Datatype, out TensorType? type) || type.IsBytes)
        {
            throw new InvalidModelException($"Model '{model}' version {version} cannot score rows: it needs one input of numbers of whole bytes.");
        }

        IReadOnlyList<long> shape = rows.Shape;
        if (rows.Type != type || shape.Count == 0 || (input.Shape.Count > 0 && (shape.Count != input.Shape.Count || !Fits(shape, input.Shape))) || (long)TensorShape.Elements([.. shape]) * type.Size != rows.Data.Length)
        {
            throw new InvalidModelException($"Rows of {rows.Type.Name} {TensorShape.Text(shape)} do not fit input '{input.Name}', {input.Datatype} {TensorShape.Text(input.Shape)}, of model '{model}' version {version}.");
        }

        // A model with a fixed first dimension takes exactly that many rows at a time.
        int size = input.Shape is [> 0, ..] ? (int)input.Shape[0] : batch;
        return await Task.Run(() => RowScorer.Score(session, rows.Data.Span, [.. shape], size, output, cancellationToken), cancellationToken);
    }

    private static bool Fits(IReadOnlyList<long> shape, IReadOnlyList<long> spec)
    {
        for (int i = 1; i < shape.Count; i++)
        {
            if (spec[i] >= 0 && spec[i] != shape[i])
            {
                return false;
            }
        }

        return spec[0] < 0 || (spec[0] > 0 && shape[0] % spec[0] == 0);
    }
}
