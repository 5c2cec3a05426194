using DurableMl.Inference.Registry;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Scoring;

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

    /// <summary>Scores rows with a model of one input; its first output, FP32 with one row for each row of input, is the result.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="rows">The elements of all rows, row-major, in the model's own type.</param>
    /// <param name="shape">Their shape; the first dimension counts rows.</param>
    /// <param name="batch">Rows per run of the model, at least 1.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <returns>The scores of all rows and the shape of one row of them.</returns>
    /// <exception cref="InvalidModelException">The model has another form, or the rows do not fit it.</exception>
    public async Task<(float[] Scores, long[] RowShape)> ScoreAsync(
        string model, string version, ReadOnlyMemory<byte> rows, IReadOnlyList<long> shape, int batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        using ModelLease lease = await sessions.AcquireAsync(model, version, cancellationToken);
        ModelSession session = lease.Model.Session;
        if (session.Inputs is not [var input] || session.Outputs is not [{ Datatype: "FP32" }, ..] || !TensorType.ByName.TryGetValue(input.Datatype, out TensorType? type) || type.IsBytes || type.IsPacked)
        {
            throw new InvalidModelException($"Model '{model}' version {version} cannot score rows: it needs one input of numbers of whole bytes and a first output of FP32.");
        }

        if (shape.Count == 0 || shape.Count != input.Shape.Count || !Fits(shape, input.Shape) || type.Bytes(TensorShape.Elements([.. shape])) != rows.Length)
        {
            throw new InvalidModelException($"Rows of shape {TensorShape.Text(shape)} with {rows.Length} bytes do not fit input '{input.Name}', {input.Datatype} {TensorShape.Text(input.Shape)}, of model '{model}' version {version}.");
        }

        // A model with a fixed first dimension takes exactly that many rows at a time.
        int size = input.Shape[0] > 0 ? (int)input.Shape[0] : batch;
        return await Task.Run(() => Score(session, type, rows, [.. shape], size, cancellationToken), cancellationToken);
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

    private static (float[] Scores, long[] RowShape) Score(ModelSession session, TensorType type, ReadOnlyMemory<byte> rows, long[] shape, int batch, CancellationToken cancellationToken)
    {
        int count = (int)shape[0];
        int rowBytes = count == 0 ? 0 : rows.Length / count;
        float[] scores = [];
        long[] rowShape = [];
        PooledMemory memory = PooledMemory.Rent(Math.Min(batch, Math.Max(count, 1)) * rowBytes);
        try
        {
            for (int start = 0; start < count; start += batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int taken = Math.Min(batch, count - start);
                rows.Span.Slice(start * rowBytes, taken * rowBytes).CopyTo(memory.Span);
                using OrtValue value = OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance, ElementTypes.ToCreate(type.Element), [taken, .. shape.AsSpan(1)], memory.Address, (long)taken * rowBytes);
                using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(session.InputNames, [value], [session.OutputNames[0]]);
                long[] produced = outputs[0].GetTensorTypeAndShape().Shape;
                if (produced.Length == 0 || produced[0] != taken)
                {
                    throw new InvalidModelException($"Output '{session.OutputNames[0]}' has shape {TensorShape.Text(produced)} for {taken} rows; scoring needs one row for each.");
                }

                ReadOnlySpan<float> part = outputs[0].GetTensorDataAsSpan<float>();
                if (start == 0)
                {
                    rowShape = produced[1..];
                    scores = new float[checked((int)((long)part.Length / taken * count))];
                }

                part.CopyTo(scores.AsSpan((int)((long)scores.Length / count * start)));
            }

            return (scores, rowShape);
        }
        finally
        {
            memory.Release();
        }
    }
}
