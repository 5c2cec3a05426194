using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>A payload not yet read.</summary>
/// <param name="data">The payload as text.</param>
/// <param name="converter">What reads it; <c>null</c> takes JSON.</param>
public sealed class SerializedData(string data, DataConverter? converter = null)
{
    /// <summary>The payload as text.</summary>
    public string Value { get; } = data;

    /// <summary>What reads it.</summary>
    public DataConverter Converter { get; } = converter ?? JsonDataConverter.Default;

    /// <summary>The payload.</summary>
    public T ReadAs<T>() => Converter.Deserialize<T>(Value)!;
}
