using Microsoft.DurableTask.Converters;

namespace Microsoft.DurableTask.Client;

/// <summary>Options of a client.</summary>
public class DurableTaskClientOptions
{
    DataConverter dataConverter = JsonDataConverter.Default;
    bool dataConverterSet;
    bool enableEntitySupport;
    bool enableEntitySupportSet;

    /// <summary>The version of orchestrations started without one.</summary>
    public string DefaultVersion { get; set; } = string.Empty;

    /// <summary>What turns payloads into text. Default: JSON.</summary>
    public DataConverter DataConverter
    {
        get => dataConverter;
        set => (dataConverter, dataConverterSet) = (value ?? JsonDataConverter.Default, value is not null);
    }

    /// <summary>Whether the client works with entities: instance ids that start with <c>@</c> are then theirs alone.</summary>
    public bool EnableEntitySupport
    {
        get => enableEntitySupport;
        set => (enableEntitySupport, enableEntitySupportSet) = (value, true);
    }

    internal void ApplyTo(DurableTaskClientOptions other)
    {
        if (!other.dataConverterSet)
        {
            other.DataConverter = DataConverter;
        }

        if (!other.enableEntitySupportSet)
        {
            other.EnableEntitySupport = EnableEntitySupport;
        }

        if (!string.IsNullOrWhiteSpace(DefaultVersion))
        {
            other.DefaultVersion = DefaultVersion;
        }
    }
}
