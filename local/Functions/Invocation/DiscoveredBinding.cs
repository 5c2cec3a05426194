namespace DurableMl.Local.Functions.Invocation;

/// <summary>A binding of a discovered function.</summary>
internal sealed class DiscoveredBinding(string name, BindingAttribute attribute, BindingDirection direction) : BindingMetadata
{
    public BindingAttribute Attribute => attribute;

    public override string Name => name;

    /// <summary>The attribute's name as the Functions metadata has it: <c>BlobTriggerAttribute</c> is <c>blobTrigger</c>, <c>QueueOutputAttribute</c> is <c>queue</c>.</summary>
    public override string Type { get; } = TypeName(attribute);

    public override BindingDirection Direction => direction;

    private static string TypeName(BindingAttribute attribute)
    {
        string name = attribute.GetType().Name;
        foreach (string suffix in (ReadOnlySpan<string>)["Attribute", "Input", "Output", "Result"])
        {
            name = name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;
        }

        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
