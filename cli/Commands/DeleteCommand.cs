using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary><c>delete</c>: models, versions, runs and datasets, after a question.</summary>
internal static class DeleteCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("delete", "Delete a model, a version, a run or a dataset for good. What is in use is refused, with what uses it.")
        {
            Verb("model", "Delete a model with all its versions.", [new("model") { Description = "The model." }], parts => ($"model {parts[0]} with all its versions", Model(parts[0]!))),
            Verb(
                "version", "Delete a version of a model. Its number is not given again.",
                [new("model") { Description = "The model." }, new("version") { Description = "The version's number." }],
                parts => ($"version {parts[1]} of model {parts[0]}", $"{Model(parts[0]!)}/versions/{Uri.EscapeDataString(parts[1]!)}")),
            Verb(
                "run", "Delete a run that has ended, with its trials, checkpoints and logs.", [new("run") { Description = "The run's id." }],
                parts => ($"run {parts[0]} with its trials, checkpoints and logs", $"api/pipelines/{Uri.EscapeDataString(parts[0]!)}")),
            Verb(
                "dataset", "Delete a dataset with all its versions and what was fetched for it, or one version.",
                [new("dataset") { Description = "The dataset." }, new("version") { Description = "One version, or what only it begins with.", Arity = ArgumentArity.ZeroOrOne }],
                parts => (
                    parts[1] is null ? $"dataset {parts[0]} with all its versions" : $"version {parts[1]} of dataset {parts[0]}",
                    $"api/datasets/{Uri.EscapeDataString(parts[0]!)}{(parts[1] is { } version ? "?version=" + Uri.EscapeDataString(version) : "")}")),
        };

    /// <summary>Deletes what lies at a path, unless a person who is asked says something else than yes.</summary>
    /// <param name="api">The app.</param>
    /// <param name="what">What it is, for people.</param>
    /// <param name="path">Its path.</param>
    /// <param name="yes">Whether to do without asking.</param>
    /// <param name="input">Where a person answers; null where there is none.</param>
    /// <param name="output">Where it is said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">Nobody is there to ask, there is no such thing, or it is in use.</exception>
    internal static async Task<int> RunAsync(ApiConnection api, string what, string path, bool yes, TextReader? input, TextWriter output, CancellationToken cancellationToken)
    {
        if (!yes)
        {
            if (input is null)
            {
                throw new CliException($"Nobody is at the terminal to ask: say --yes to delete {what}.") { ExitCode = ExitCodes.Usage };
            }

            await output.WriteAsync($"Delete {what} for good? Type yes: ");
            await output.FlushAsync(cancellationToken);
            if ((await input.ReadLineAsync(cancellationToken))?.Trim() != "yes")
            {
                await output.WriteLineAsync("Nothing was deleted.");
                return ExitCodes.Failed;
            }
        }

        JsonNode removed = await api.JsonAsync(HttpMethod.Delete, path, null, cancellationToken);
        IEnumerable<string> counts = removed.AsObject()
            .Where(member => member.Key is "histories" or "containers" or "blobs")
            .Select(member => string.Create(CultureInfo.InvariantCulture, $"{member.Value!.GetValue<long>()} {member.Key}"));
        await output.WriteLineAsync($"Deleted {what}: {string.Join(", ", counts)}, {Size(removed["bytes"]!.GetValue<long>())}.");
        return ExitCodes.Done;
    }

    private static Command Verb(string name, string description, Argument<string?>[] arguments, Func<string?[], (string What, string Path)> target)
    {
        var command = new Command(name, description);
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var api = new ApiOptions();
        foreach (Argument<string?> argument in arguments)
        {
            command.Arguments.Add(argument);
        }

        command.Options.Add(yes);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            (string what, string path) = target([.. arguments.Select(argument => result.GetValue(argument))]);
            return await RunAsync(new ApiConnection(http), what, path, result.GetValue(yes), Console.IsInputRedirected ? null : Console.In, Console.Out, cancellationToken);
        });
        return command;
    }

    private static string Model(string name) => "api/models/" + Uri.EscapeDataString(name);

    private static string Size(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
