using System.Runtime.InteropServices;

namespace Microsoft.DurableTask.Worker;

/// <summary>Which work a worker takes.</summary>
public class DurableTaskWorkerWorkItemFilters
{
    /// <summary>The orchestrations it takes.</summary>
    public IReadOnlyList<OrchestrationFilter> Orchestrations { get; set; } = [];

    /// <summary>The activities it takes.</summary>
    public IReadOnlyList<ActivityFilter> Activities { get; set; } = [];

    /// <summary>The entities it takes.</summary>
    public IReadOnlyList<EntityFilter> Entities { get; set; } = [];

    /// <summary>An orchestration that is taken.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="versions">Its versions; none means any.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly struct OrchestrationFilter(string name, IReadOnlyList<string>? versions)
    {
        /// <summary>Initializes an empty filter.</summary>
        public OrchestrationFilter()
            : this(string.Empty, versions: null)
        {
        }

        /// <summary>Its name.</summary>
        public string Name { get; init; } = name;

        /// <summary>Its versions; none means any.</summary>
        public IReadOnlyList<string> Versions { get; init; } = versions ?? [];
    }

    /// <summary>An activity that is taken.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="versions">Its versions; none means any.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly struct ActivityFilter(string name, IReadOnlyList<string>? versions)
    {
        /// <summary>Initializes an empty filter.</summary>
        public ActivityFilter()
            : this(string.Empty, versions: null)
        {
        }

        /// <summary>Its name.</summary>
        public string Name { get; init; } = name;

        /// <summary>Its versions; none means any.</summary>
        public IReadOnlyList<string> Versions { get; init; } = versions ?? [];
    }

    /// <summary>An entity that is taken.</summary>
    /// <param name="name">Its name.</param>
    public readonly struct EntityFilter(string name)
    {
        /// <summary>Initializes an empty filter.</summary>
        public EntityFilter()
            : this(string.Empty)
        {
        }

        /// <summary>Its name.</summary>
        public string Name { get; init; } = name;
    }
}
