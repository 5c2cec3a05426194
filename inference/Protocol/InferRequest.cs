using System.Globalization;
using Azure;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Protocol;

/// <summary>A parsed inference request.</summary>
internal sealed class InferRequest : IDisposable
{
    /// <summary>The caller's name for the request, given back in the response.</summary>
    public string? Id { get; set; }

    /// <summary>The inputs, in the request's order.</summary>
    public TensorList Inputs { get; init; } = [];

    /// <summary>The body of a raw binary request (Triton: a header length of 0), whose tensor the model itself describes.</summary>
    public PooledMemory? Raw { get; set; }

    /// <summary>Bytes of <see cref="Raw"/>.</summary>
    public int RawLength { get; set; }

    /// <summary>The outputs wanted; null for all.</summary>
    public List<RequestedOutput>? Outputs { get; set; }

    /// <summary>Whether outputs that do not say otherwise are wanted in binary form.</summary>
    public bool BinaryOutputs { get; set; }

    /// <summary>The caller's deadline in microseconds, 0 for none (Triton's parameter <c>timeout</c>).</summary>
    /// <exception cref="InferenceException">400: it is negative.</exception>
    public long TimeoutMicroseconds
    {
        get;
        set => field = value >= 0 ? value : throw InferenceException.Field("parameters.timeout", "is not a number of microseconds.");
    }

    /// <summary>Other scalar parameters, as text; routing rules can look at them.</summary>
    public Dictionary<string, string>? Parameters { get; set; }

    /// <summary>Where a text is null: what to say unless the request is one by columns, for which it is a missing value.</summary>
    public InferenceException? NullText { get; set; }

    /// <summary>The model's transform, once it has taken the request; null where it is for a network's own inputs.</summary>
    public ModelTransform? Transform { get; set; }

    /// <summary>Bytes of its tensors.</summary>
    public long Bytes => RawLength + Inputs.Bytes;

    /// <summary>The same request over the same memory, for a run that can outlive this one; the caller disposes it.</summary>
    public InferRequest Share()
    {
        Raw?.AddReference();
        return new InferRequest { Id = Id, Outputs = Outputs, Raw = Raw, RawLength = RawLength, Inputs = Inputs.Share() };
    }

    /// <summary>A raw binary request as a model takes it: its body under the input's name and in its shape; null for any other request. The caller disposes it.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <exception cref="InferenceException">400: the model has several inputs or one of strings, or the body does not fill its shape.</exception>
    public InferRequest? Named(IReadOnlyList<TensorSpec> inputs)
    {
        if (Raw is null)
        {
            return null;
        }

        if (inputs is not [var spec] || !TensorType.ByName.TryGetValue(spec.Datatype, out TensorType? type) || type.IsBytes)
        {
            throw InferenceException.Field(RequestBody.HeaderLength, "0 (raw binary data) is only for models with one input of numbers.");
        }

        // The rows follow from the length, or else the only other size that is open.
        long[] shape = [.. spec.Shape];
        int open = Array.FindIndex(shape, size => size < 0);
        if (open >= 0)
        {
            shape[open] = 1;
            long known = (long)TensorShape.Elements(shape) * type.Size;
            shape[open] = known > 0 ? RawLength / known : known < 0 ? throw InferenceException.Field(
                RequestBody.HeaderLength, $"0 (raw binary data) leaves the shape {TensorShape.Text(spec.Shape)} open; send JSON.") : 0;
        }

        if ((long)TensorShape.Elements(shape) * type.Size != RawLength)
        {
            throw new InferenceException(400, $"The body's {RawLength} bytes do not fill the shape {TensorShape.Text(spec.Shape)} of {spec.Datatype}.");
        }

        BinaryPart.Check(Raw.Span[..RawLength], type, shape, 0, "data");
        Raw.AddReference();
        return new InferRequest { Id = Id, Outputs = Outputs, Inputs = { new Tensor(spec.Name, type, shape, Raw, Raw.Address, RawLength) } };
    }

    /// <summary>The outputs wanted, in order, as the model is asked for them; null for all.</summary>
    /// <exception cref="InferenceException">400: the model has not got one, or it is asked for twice.</exception>
    public IReadOnlyList<string>? OutputNames(ModelSession session)
    {
        if (Outputs is not { Count: > 0 })
        {
            return null;
        }

        var names = new List<string>(Outputs.Count);
        foreach ((int i, RequestedOutput output) in Outputs.Index())
        {
            if (!session.OutputIndex.ContainsKey(output.Name) || names.Contains(output.Name))
            {
                throw InferenceException.Field($"outputs[{i}].name", names.Contains(output.Name)
                    ? $"'{output.Name}' is asked for twice."
                    : $"the model has no output '{output.Name}'; it has {string.Join(", ", session.OutputNames)}.");
            }

            names.Add(output.Name);
        }

        return names;
    }

    public void Dispose()
    {
        Inputs.Dispose();
        Raw?.Release();
        Raw = null;
    }
}

/// <summary>An output that a request names.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Binary">Whether its binary form is wanted; null for what the request says for all.</param>
/// <param name="Classes">The best classes wanted instead of the scores (Triton's parameter <c>classification</c>); 0 for the tensor itself.</param>
internal sealed record RequestedOutput(string Name, bool? Binary, int Classes = 0)
{
    /// <summary>What the parameter <c>classification</c> says.</summary>
    /// <param name="parameter">The parameter; null where it is not a whole number.</param>
    /// <param name="output">The output's place in the request, for the error.</param>
    /// <exception cref="InferenceException">400: it is not at least 1.</exception>
    public static int ClassesOf(long? parameter, int output) => parameter is >= 1
        ? (int)Math.Min(parameter.Value, int.MaxValue)
        : throw InferenceException.Field($"outputs[{output}].parameters.classification", "is not a number of classes of at least 1.");
}

/// <summary>What answers a request: the outputs, which are disposed with it, the version or versions that made them, and how the traffic rules led there.</summary>
internal sealed record InferResponse(string Model, string Version, string Route, TensorList Outputs) : IDisposable
{
    public void Dispose() => Outputs.Dispose();
}

/// <summary>A request that gets an error for an answer: <c>{"error": "…"}</c> under an HTTP status.</summary>
public sealed class InferenceException : Exception
{
    /// <summary>An error under <paramref name="status"/>.</summary>
    public InferenceException(int status, string message, TimeSpan? retryAfter = null)
        : base(message)
    {
        Status = status;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>When it is worth trying again, for 429 and 503.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>400: the field at <paramref name="path"/> of the request (<c>inputs[0].shape</c>) is wrong for <paramref name="reason"/>.</summary>
    public static InferenceException Field(string path, string reason) => new(400, $"{path}: {reason}");

    /// <summary>The HTTP status of a failed request, and what its caller is told.</summary>
    public static (int Status, string Message) StatusOf(Exception exception) => exception switch
    {
        InferenceException e => (e.Status, e.Message),
        ModelRunException { Fault: RunFault.Inputs } => (400, exception.Message),
        ModelRunException { Fault: RunFault.Outputs } => (422, exception.Message),
        ModelRunException => (500, exception.Message),
        InvalidDocumentException => (400, exception.Message),
        InvalidModelNameException e => (400, $"{e.Kind}: {e.Message}"),
        ModelNotFoundException => (404, exception.Message),
        ModelInUseException => (409, exception.Message),
        ModelConflictException => (412, exception.Message),
        BadHttpRequestException e => (e.StatusCode, e.Message),
        InvalidModelException or InvalidDataException => (503, exception.Message),
        RequestFailedException or IOException => (503, "The model store cannot be reached. Try again."),
        OperationCanceledException => (504, "The request's deadline has passed."),
        _ => (500, "The server failed; its log says why."),
    };

    internal static InferenceException Input(int index, string field, string reason) =>
        Field(string.Create(CultureInfo.InvariantCulture, $"inputs[{index}].{field}"), reason);
}
