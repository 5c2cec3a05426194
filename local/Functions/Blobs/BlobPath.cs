using DurableMl.Local.Functions.Storage;

namespace DurableMl.Local.Functions.Blobs;

/// <summary>A binding's path: a container, and a pattern for names in it.</summary>
internal sealed class BlobPath
{
    private readonly BindingTemplate container;
    private readonly BindingTemplate? name;

    public BlobPath(string path, IConfiguration configuration)
    {
        string[] parts = SettingText.Resolve(path, configuration).TrimStart('/').Split('/', 2);
        container = new BindingTemplate(parts[0]);
        name = parts.Length == 2 && parts[1].Length > 0 ? new BindingTemplate(parts[1]) : null;
    }

    /// <summary>The container of a trigger.</summary>
    public string TriggerContainer =>
        container.HasExpressions
            ? throw new NotSupportedException(
                "BlobTriggerAttribute.BlobPath: the container's name must be given; it cannot be an expression."
            )
            : container.Literal;

    /// <summary>What the names a trigger looks for begin with.</summary>
    public string TriggerPrefix => name?.Literal ?? "";

    /// <summary>The parts of a blob's name, for a trigger; null where the name does not match. A container alone matches every name.</summary>
    public Dictionary<string, object?>? Match(string blob) => name is null ? new(StringComparer.OrdinalIgnoreCase) : name.Match(blob);

    /// <summary>Fails where the pattern has an expression that nothing can be captured by.</summary>
    public void ThrowIfNotAPattern(string function)
    {
        try
        {
            name?.Match("");
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException(
                $"Function '{function}': the blob path's expressions must be names of letters, digits and underscores, such as {{name}}.",
                e
            );
        }
    }

    /// <summary>Container and name of an input or output; the name is null where the path is a container's.</summary>
    public (string Container, string? Name) Fill(IReadOnlyDictionary<string, object?> data, TimeProvider time) =>
        (container.Fill(data, time), name?.Fill(data, time));
}
