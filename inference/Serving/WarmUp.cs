using DurableMl.Inference.Protocol;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.Extensions.Logging;

namespace DurableMl.Inference.Serving;

/// <summary>Runs a model once before its first request, on its own sample or on zeros, so that no caller pays for first-run allocations.</summary>
internal static class WarmUp
{
    private const int MaxZeroBytes = 64 << 20;

    /// <exception cref="InvalidModelException">The model fails on its own sample.</exception>
    public static async Task RunAsync(LoadedModel model, string folder, ILogger logger, CancellationToken cancellationToken)
    {
        if (model.Manifest.Sample is { } sample)
        {
            await RunSampleAsync(model, Path.Combine(folder, Registry.ModelNames.File(sample)), cancellationToken);
        }
        else
        {
            await RunZerosAsync(model, logger, cancellationToken);
        }
    }

    private static async Task RunSampleAsync(LoadedModel model, string path, CancellationToken cancellationToken)
    {
        byte[] json = await File.ReadAllBytesAsync(path, cancellationToken);
        PooledMemory memory = PooledMemory.Rent(json.Length);
        try
        {
            json.CopyTo(memory.Span);
            using InferRequest request = InferRequestReader.Parse(memory, json.Length, json.Length, new());
            Dispose(await model.InferAsync(request, cancellationToken));
        }
        catch (InferenceException e)
        {
            throw new InvalidModelException($"Model '{model.Manifest.Model}' version {model.Manifest.Version} fails on its own sample: {e.Message}", e);
        }
        finally
        {
            memory.Release();
        }
    }

    private static async Task RunZerosAsync(LoadedModel model, ILogger logger, CancellationToken cancellationToken)
    {
        if (!model.Session.HasPlainInputs)
        {
            // Which sequences and maps make sense to a model, nothing says.
            return;
        }

        using var request = new InferRequest();
        foreach (Registry.TensorSpec spec in model.Session.Inputs)
        {
            long[] shape = [.. spec.Shape.Select(dimension => dimension < 0 ? 1 : dimension)];
            int elements = TensorShape.Elements(shape);
            if (!TensorType.ByName.TryGetValue(spec.Datatype, out TensorType? type) || elements < 0 || (long)elements * Math.Max(type.Size, sizeof(int)) > MaxZeroBytes)
            {
                return;
            }

            PooledMemory zeros = PooledMemory.Rent(type.IsBytes ? elements * sizeof(int) : (int)type.Bytes(elements));
            zeros.Span.Clear();
            request.Inputs.Add(new(spec.Name, type, shape, zeros, zeros.Address, zeros.Length));
        }

        try
        {
            Dispose(await model.InferAsync(request, cancellationToken));
        }
        catch (InferenceException e)
        {
            // Zeros of size 1 need not make sense to a model; it may serve real inputs all the same.
            logger.LogDebug(e, "Model {Model} version {Version} was not warmed up", model.Manifest.Model, model.Manifest.Version);
        }
    }

    private static void Dispose(List<Tensor> outputs)
    {
        foreach (Tensor output in outputs)
        {
            output.Dispose();
        }
    }
}
