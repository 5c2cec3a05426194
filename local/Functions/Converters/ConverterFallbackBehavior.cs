using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Whether other converters may try after a binding's own ones did not.</summary>
[SuppressMessage("Design", "MA0062", Justification = "The official values.")]
public enum ConverterFallbackBehavior
{
    /// <summary>They may.</summary>
    Allow = 0,

    /// <summary>They may not.</summary>
    Disallow = 1,

    /// <summary>They may.</summary>
    Default = Allow,
}
