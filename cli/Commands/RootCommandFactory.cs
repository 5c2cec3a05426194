using System.CommandLine;
using DurableMl.Cli.Deployment;

namespace DurableMl.Cli.Commands;

/// <summary>Puts the commands together.</summary>
internal static class RootCommandFactory
{
    /// <summary>Makes the root command.</summary>
    public static RootCommand Create() =>
        new("DurableMl: raw data to a served model, durably.")
        {
            DemoCommand.Create(),
            UpCommand.Create(),
            RunCommand.Create(),
            DataCommands.Upload(),
            DataCommands.Datasets(),
            CompareCommand.Create(),
            ModelCommands.Models(),
            ModelCommands.Alias(),
            ModelCommands.Traffic(),
            InferCommand.Create(),
            ScoreCommand.Create(),
            ImportCommand.Create(),
            DeleteCommand.Create(),
            StatusCommand.Create(),
            LogsCommand.Create(),
            CancelCommand.Create(),
            ResumeCommand.Create(),
            SweepCommand.Create(),
            WorkflowCommand.Create(),
            ScheduleCommand.Create(),
            JobsCommand.Create(),
            BatchEmulatorCommand.Create(),
            DeployCommand.Create(),
            DestroyCommand.Create(),
            ImagesCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
        };
}
