using DurableMl.Local.BatchEmulator.Containers;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Pools;

namespace DurableMl.Local.BatchEmulator;

/// <summary>Settings of the emulator: configuration section <c>BatchEmulator</c>.</summary>
public sealed class BatchEmulatorOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public string Url { get; set; } = "http://127.0.0.1:10100";

    /// <summary>The account, as requests sign it.</summary>
    public string AccountName { get; set; } = "durableml";

    /// <summary>The account key in base64; when absent one is made and kept in the database.</summary>
    public string? AccountKey { get; set; }

    /// <summary>The connection string of the storage account that is linked to this one: where autoStorageContainerName and mounts lead. Null: none is.</summary>
    public string? Storage { get; set; }

    /// <summary>Holds the database and the nodes' directories.</summary>
    public string DataDirectory { get; set; } = Path.Combine(".durableml", "batch");

    /// <summary>Pools to create at the start when they are not there.</summary>
    public List<SeedPoolOptions> SeedPools { get; } = [];

    /// <summary>What stands for container images here.</summary>
    public List<ContainerImageOptions> ContainerImages { get; } = [];

    /// <summary>Whether images that nothing stands for run in real containers.</summary>
    public bool UseDocker { get; set; }

    /// <summary>The docker program, or one that takes the same arguments.</summary>
    public string Docker { get; set; } = "docker";

    /// <summary>Faults that happen by themselves.</summary>
    public FaultScheduleOptions Faults { get; } = new();

    /// <summary>How long it takes to allocate a node.</summary>
    public TimeSpan NodeAllocationTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a node takes to boot.</summary>
    public TimeSpan NodeBootTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a preempted node stays away.</summary>
    public TimeSpan PreemptedTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The notice a spot node gets: time between SIGTERM and SIGKILL.</summary>
    public TimeSpan PreemptionGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between SIGTERM and SIGKILL when a task is ended for any other reason.</summary>
    public TimeSpan TerminationGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Variables of the emulator's own environment that tasks see; all others they do not.</summary>
    public List<string> InheritedEnvironment { get; } = [];
}
