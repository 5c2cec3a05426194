namespace Microsoft.DurableTask;

/// <summary>Turns inputs, outputs and event payloads into text and back.</summary>
public abstract class DataConverter
{
    /// <summary>Text for a value; <c>null</c> for <c>null</c>.</summary>
    public abstract string? Serialize(object? value);

    /// <summary>The value that some text stands for.</summary>
    public abstract object? Deserialize(string? data, Type targetType);

    /// <summary>The value that some text stands for.</summary>
    public virtual T? Deserialize<T>(string? data) => (T?)(Deserialize(data, typeof(T)) ?? default(T));
}
