using System.Text.Json;
using DurableMl.Cli.Programs;

namespace DurableMl.Cli.Deployment;

/// <summary>The Azure CLI, with the account that is signed in to it.</summary>
/// <param name="Program">Its name or path.</param>
internal sealed record AzureCli(string Program = "az")
{
    private const string Missing = "The Azure CLI (az) is not installed: https://learn.microsoft.com/cli/azure/install-azure-cli. With azd, `azd up` does without it.";

    /// <summary>Asks for something and returns the answer's JSON.</summary>
    /// <exception cref="CliException">It failed; the message is what it said.</exception>
    public async Task<JsonElement> AskAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        ProgramResult result = await Run([.. arguments, "--output", "json"]).CaptureAsync(cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new CliException($"`az {string.Join(' ', arguments)}` failed: {result.Errors.Trim()}");
        }

        return result.Output.Trim() is { Length: > 0 } text ? JsonElement.Parse(text) : default;
    }

    /// <summary>Does something that takes long, on this terminal.</summary>
    /// <exception cref="CliException">It failed.</exception>
    public Task DoAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        Run([.. arguments, "--output", "none"]).ShowAsync(cancellationToken);

    private ProgramRun Run(IReadOnlyList<string> arguments) => new(Program, arguments) { Missing = Missing };
}
