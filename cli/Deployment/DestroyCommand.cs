using System.CommandLine;
using System.Text.Json;
using DurableMl.Cli.Commands;

namespace DurableMl.Cli.Deployment;

/// <summary><c>destroy</c>: takes a deployment down, after saying what that deletes.</summary>
internal static class DestroyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("destroy", "Delete a deployment in Azure with all its data, after saying what that is.");
        Option<string> name = DeployCommand.EnvironmentName();
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        command.Options.Add(name);
        command.Options.Add(yes);
        command.SetHandler((result, cancellationToken) =>
            RunAsync(new AzureCli(), result.GetRequiredValue(name), result.GetValue(yes), Console.IsInputRedirected ? null : Console.In, Console.Out, cancellationToken));
        return command;
    }

    /// <summary>Deletes the resource group.</summary>
    /// <param name="azure">The Azure CLI.</param>
    /// <param name="name">The deployment's name.</param>
    /// <param name="yes">Whether to do without asking.</param>
    /// <param name="input">Where a person answers; null where there is none.</param>
    /// <param name="output">Where it is said.</param>
    /// <param name="cancellationToken">Gives up before anything is deleted.</param>
    /// <exception cref="CliException">Nobody is there to ask, or the group is not of this application.</exception>
    internal static async Task<int> RunAsync(AzureCli azure, string name, bool yes, TextReader? input, TextWriter output, CancellationToken cancellationToken)
    {
        string group = "rg-" + name;
        JsonElement found = await azure.AskAsync(cancellationToken, "group", "show", "--name", group);
        if (!found.TryGetProperty("tags", out JsonElement tags) || tags.ValueKind != JsonValueKind.Object || !tags.TryGetProperty("application", out JsonElement application) || application.GetString() != "durableml")
        {
            throw new CliException($"The resource group {group} has no tag application=durableml: it was not made by deploy, and is left alone.");
        }

        JsonElement resources = await azure.AskAsync(cancellationToken, "resource", "list", "--resource-group", group);
        await output.WriteLineAsync($"This deletes {group} with {resources.GetArrayLength()} resources:");
        foreach (JsonElement resource in resources.EnumerateArray())
        {
            await output.WriteLineAsync($"  {resource.GetProperty("type").GetString()}  {resource.GetProperty("name").GetString()}");
        }

        await output.WriteLineAsync("Data sets, runs, models and images in it are gone for good; orchestrations under way end; nodes are given back.");
        if (!yes)
        {
            if (input is null)
            {
                throw new CliException("Nobody is at the terminal to ask: say --yes to delete it all.");
            }

            await output.WriteAsync($"Type {name} to delete it: ");
            await output.FlushAsync(cancellationToken);
            if ((await input.ReadLineAsync(cancellationToken))?.Trim() != name)
            {
                await output.WriteLineAsync("Nothing was deleted.");
                return ExitCodes.Failed;
            }
        }

        await azure.DoAsync(cancellationToken, "group", "delete", "--name", group, "--yes");
        await output.WriteLineAsync($"{group} is deleted.");
        return ExitCodes.Done;
    }
}
