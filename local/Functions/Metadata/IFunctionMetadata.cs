namespace Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

/// <summary>A function as the worker describes it to a host.</summary>
public interface IFunctionMetadata
{
    /// <summary>An id that stays the same while name and entry point do.</summary>
    string? FunctionId { get; }

    /// <summary>Whether it is a proxy; never.</summary>
    bool IsProxy { get; }

    /// <summary>The worker's language.</summary>
    string? Language { get; }

    /// <summary>Whether the host manages its dependencies; never.</summary>
    bool ManagedDependencyEnabled { get; }

    /// <summary>The function's name.</summary>
    string? Name { get; }

    /// <summary>Type and method.</summary>
    string? EntryPoint { get; }

    /// <summary>The bindings, each as JSON.</summary>
    IList<string>? RawBindings { get; }

    /// <summary>The assembly's file name.</summary>
    string? ScriptFile { get; }

    /// <summary>How a failed function is run again.</summary>
    IRetryOptions? Retry { get; }
}
