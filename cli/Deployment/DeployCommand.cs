using System.CommandLine;
using System.IO.Compression;
using System.Text.Json;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Programs;

namespace DurableMl.Cli.Deployment;

/// <summary><c>deploy</c>: everything in Azure that DurableMl needs, and the app on it; what <c>azd up</c> does, with <c>az</c> alone.</summary>
internal static class DeployCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("deploy", "Deploy to Azure: the resources of bicep/, the app, and the events it waits for. Needs the Azure CLI, signed in.");
        Option<string> name = EnvironmentName();
        var location = new Option<string>("--location") { Description = "The region.", DefaultValueFactory = _ => "eastus" };
        var parameters = new Option<string>("--parameters")
        {
            Description = "What to deploy: cheap, production, or a .bicepparam file of your own beside them.",
            DefaultValueFactory = _ => "cheap",
        };
        var preview = new Option<bool>("--what-if") { Description = "Only show what would change." };
        command.Options.Add(name);
        command.Options.Add(location);
        command.Options.Add(parameters);
        command.Options.Add(preview);
        command.SetHandler(async (result, cancellationToken) =>
        {
            var deployment = new Deploying(new AzureCli(), RepositoryLayout.Find(), Console.Out);
            var plan = new DeploymentPlan(result.GetRequiredValue(name), result.GetRequiredValue(location), result.GetRequiredValue(parameters));
            await deployment.RunAsync(plan, result.GetValue(preview), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>The option that names a deployment.</summary>
    public static Option<string> EnvironmentName() => new("--name") { Description = "The deployment's name; its resource group is rg-NAME.", DefaultValueFactory = _ => "durableml" };
}

/// <summary>What to deploy.</summary>
/// <param name="Name">The deployment's name.</param>
/// <param name="Location">The region.</param>
/// <param name="Parameters">The parameter file, without its ending.</param>
internal sealed record DeploymentPlan(string Name, string Location, string Parameters)
{
    /// <summary>The resource group that all of it lies in.</summary>
    public string ResourceGroup => "rg-" + Name;
}

/// <summary>Deploys, step by step.</summary>
/// <param name="azure">The Azure CLI.</param>
/// <param name="layout">This checkout.</param>
/// <param name="output">Where progress is told.</param>
internal sealed class Deploying(AzureCli azure, RepositoryLayout layout, TextWriter output)
{
    private const string Invariant = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    /// <summary>Makes a zip of the app. Replaced by tests, which have no use for a publication.</summary>
    public Func<string, CancellationToken, Task>? Package { get; init; }

    /// <summary>Deploys.</summary>
    /// <exception cref="CliException">A step failed; what was done before it stays, and deploying again goes on from there.</exception>
    public async Task RunAsync(DeploymentPlan plan, bool preview, CancellationToken cancellationToken)
    {
        string file = Path.Combine(layout.Root, "bicep", plan.Parameters + ".bicepparam");
        if (!File.Exists(file))
        {
            throw new CliException($"--parameters is '{plan.Parameters}', but there is no file {file}.");
        }

        JsonElement account = await azure.AskAsync(cancellationToken, "account", "show");
        await output.WriteLineAsync($"Subscription {account.GetProperty("name").GetString()} ({account.GetProperty("id").GetString()})");
        string folder = Directory.CreateDirectory(Path.Combine(layout.State, "deployments", plan.Name)).FullName;
        await CompileAsync(plan, file, folder, cancellationToken);

        string[] what = ["--name", "durableml-" + plan.Name, "--location", plan.Location, "--template-file", Path.Combine(folder, "main.json"), "--parameters", "@" + Path.Combine(folder, "parameters.json")];
        if (preview)
        {
            await new ProgramRun(azure.Program, ["deployment", "sub", "what-if", .. what]).ShowAsync(cancellationToken);
            return;
        }

        await output.WriteLineAsync($"Deploying to {plan.ResourceGroup} in {plan.Location}; this takes about five minutes.");
        JsonElement deployed = await azure.AskAsync(cancellationToken, ["deployment", "sub", "create", .. what]);
        JsonElement outputs = deployed.GetProperty("properties").GetProperty("outputs");
        await File.WriteAllTextAsync(Path.Combine(folder, "outputs.json"), outputs.GetRawText(), cancellationToken);

        string app = Output(outputs, "FUNCTION_APP_NAME");
        await output.WriteLineAsync($"Publishing the app to {app}.");
        string package = Path.Combine(folder, "app.zip");
        await (Package ?? PackageAsync)(package, cancellationToken);
        await azure.DoAsync(cancellationToken, "functionapp", "deployment", "source", "config-zip", "--resource-group", plan.ResourceGroup, "--name", app, "--src", package);

        await output.WriteLineAsync("Subscribing it to the events of its storage.");
        await azure.DoAsync(
            cancellationToken, "deployment", "group", "create", "--resource-group", plan.ResourceGroup, "--name", "subscriptions",
            "--template-file", Path.Combine(folder, "subscriptions.json"),
            "--parameters", $"functionAppName={app}", $"eventTopicName={Output(outputs, "EVENT_TOPIC_NAME")}");
        await output.WriteLineAsync($"""

            Server     {Output(outputs, "SERVER_URL")}
            Data       {Output(outputs, "DATA_ACCOUNT_NAME")}
            Registry   {Output(outputs, "AZURE_CONTAINER_REGISTRY_ENDPOINT")}

            Next: ./durableml images push --name {plan.Name}; then docs/azure.md, from "Upload" on.
            """);
    }

    private static string Output(JsonElement outputs, string name)
    {
        // Resource Manager changes the case of a name's first letter.
        foreach (JsonProperty output in outputs.EnumerateObject())
        {
            if (string.Equals(output.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return output.Value.GetProperty("value").GetString()!;
            }
        }

        throw new CliException($"The deployment has no output {name}.");
    }

    // With the compiler that the tests use, not with the one that az would fetch.
    private async Task CompileAsync(DeploymentPlan plan, string file, string folder, CancellationToken cancellationToken)
    {
        string bicep = await NuGetProgram.BicepAsync(layout.Root, cancellationToken);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Invariant] = "1",
            ["AZURE_ENV_NAME"] = plan.Name,
            ["AZURE_LOCATION"] = plan.Location,
        };
        if (Environment.GetEnvironmentVariable("AZURE_PRINCIPAL_ID") is null)
        {
            environment["AZURE_PRINCIPAL_ID"] = (await azure.AskAsync(cancellationToken, "ad", "signed-in-user", "show")).GetProperty("id").GetString()!;
            environment["AZURE_PRINCIPAL_TYPE"] = "User";
        }

        string[][] runs =
        [
            ["build", Path.Combine(layout.Root, "bicep", "main.bicep"), "--outfile", Path.Combine(folder, "main.json")],
            ["build", Path.Combine(layout.Root, "bicep", "subscriptions.bicep"), "--outfile", Path.Combine(folder, "subscriptions.json")],
            ["build-params", file, "--outfile", Path.Combine(folder, "parameters.json")],
        ];
        foreach (string[] arguments in runs)
        {
            ProgramResult result = await new ProgramRun(bicep, arguments) { Environment = environment }.CaptureAsync(cancellationToken);
            if (result.ExitCode != 0)
            {
                throw new CliException($"{arguments[1]} does not compile:\n{result.Errors}".TrimEnd());
            }
        }
    }

    private async Task PackageAsync(string package, CancellationToken cancellationToken)
    {
        string folder = package[..^".zip".Length];
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        ProgramResult published = await new ProgramRun("dotnet", "publish", Path.Combine(layout.Root, "functions"), "-c", layout.Configuration, "-o", folder, "-v", "quiet", "-nologo").CaptureAsync(cancellationToken);
        if (published.ExitCode != 0)
        {
            throw new CliException($"The app does not build:\n{published.Output}{published.Errors}".TrimEnd());
        }

        File.Delete(package);
        await ZipFile.CreateFromDirectoryAsync(folder, package, cancellationToken);
    }
}
