using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A function as it was found in the app.</summary>
public abstract class FunctionDefinition
{
    /// <summary>The method's parameters.</summary>
    public abstract ImmutableArray<FunctionParameter> Parameters { get; }

    /// <summary>The assembly's file.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>Type and method, as <c>Namespace.Type.Method</c>.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>An id that stays the same while name and entry point do.</summary>
    public abstract string Id { get; }

    /// <summary>The function's name.</summary>
    public abstract string Name { get; }

    /// <summary>The trigger and the other inputs, by parameter.</summary>
    public abstract IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    /// <summary>The outputs, by property; <c>$return</c> is the returned value.</summary>
    public abstract IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }
}
