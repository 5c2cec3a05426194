namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Whether a trigger hands over one item or several at a time.</summary>
public enum Cardinality
{
    /// <summary>Several.</summary>
    Many = 0,

    /// <summary>One.</summary>
    One = 1,
}
