namespace Microsoft.DurableTask.Client;

/// <summary>The clients of an application, by name.</summary>
public interface IDurableTaskClientProvider
{
    /// <summary>The client of a name; <c>null</c> takes the default one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no client of that name.</exception>
    DurableTaskClient GetClient(string? name = null);
}
