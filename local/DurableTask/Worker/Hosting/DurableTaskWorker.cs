using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.DurableTask.Worker.Hosting;

/// <summary>Base of workers: what runs orchestrators, activities and entities.</summary>
/// <param name="name">The worker's name; <c>null</c> means the default one.</param>
/// <param name="factory">Makes the tasks.</param>
public abstract class DurableTaskWorker(string? name, IDurableTaskFactory factory) : BackgroundService
{
    /// <summary>The worker's name.</summary>
    protected virtual string Name { get; } = name ?? Options.DefaultName;

    /// <summary>Makes the tasks.</summary>
    protected virtual IDurableTaskFactory Factory { get; } = factory;

    /// <summary>Gives further properties of exceptions to failure details.</summary>
    protected IExceptionPropertiesProvider? ExceptionPropertiesProvider { get; set; }
}
