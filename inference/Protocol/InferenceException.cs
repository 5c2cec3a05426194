using System.Globalization;

namespace DurableMl.Inference.Protocol;

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

    internal static InferenceException Input(int index, string field, string reason) =>
        Field(string.Create(CultureInfo.InvariantCulture, $"inputs[{index}].{field}"), reason);
}
