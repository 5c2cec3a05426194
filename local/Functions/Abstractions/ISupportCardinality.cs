namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>A binding that can hand over one item or several at a time.</summary>
public interface ISupportCardinality
{
    /// <summary>One item or several.</summary>
    Cardinality Cardinality { get; set; }
}
