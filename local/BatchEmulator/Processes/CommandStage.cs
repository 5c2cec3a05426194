namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>The last thing a command came to.</summary>
internal enum CommandStage
{
    /// <summary>Resource files and container image: a failure here is never retried.</summary>
    PreProcessing,

    /// <summary>The command itself.</summary>
    Command,

    /// <summary>Output files: a failure here is never retried.</summary>
    FileUpload,

    /// <summary>The node agent was lost: as if the node had been.</summary>
    AgentLost,
}
