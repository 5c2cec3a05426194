using System.Collections.Concurrent;
using System.Text.Json;
using DurableMl.Cli.Programs;

namespace Bicep.Tests;

/// <summary>The official compiler, run on the files of this repository or on broken ones of a test.</summary>
[TestClass]
public static class Compiler
{
    /// <summary>The folder with the deployment.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "bicep");

    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" };

    // The compiler takes seconds, and several tests look at the same files.
    private static readonly ConcurrentDictionary<string, Lazy<Task<JsonElement>>> Templates = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(string File, string Parameters), Lazy<Task<Deployment>>> Deployments = new();

    private static string program = "";

    /// <summary>Fetches the compiler.</summary>
    [AssemblyInitialize]
    public static async Task FetchAsync(TestContext context) => program = await NuGetProgram.BicepAsync(Repository.Root, context.CancellationToken);

    /// <summary>Runs the compiler and returns everything that it has to say: nothing, for a file without errors and warnings.</summary>
    public static async Task<string> RunAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        ProgramResult result = await new ProgramRun(program, arguments) { Environment = Environment }.CaptureAsync(cancellationToken);
        return result.ExitCode == 0 ? result.Errors : $"{result.Errors}{result.Output}(exit code {result.ExitCode})";
    }

    /// <summary>Compiles a .bicep file to an ARM template, without a warning.</summary>
    public static Task<JsonElement> TemplateAsync(string file, CancellationToken cancellationToken) =>
        Templates.GetOrAdd(file, _ => new(() => BuildAsync(file, cancellationToken))).Value;

    private static async Task<JsonElement> BuildAsync(string file, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string template = folder["template.json"];
        Assert.AreEqual("", await RunAsync(cancellationToken, "build", file, "--outfile", template));
        return JsonElement.Parse(await File.ReadAllTextAsync(template, cancellationToken));
    }

    /// <summary>
    /// The resources that deploying <paramref name="file"/> with the given parameters would make, with every expression evaluated that can be
    /// without Azure.
    /// </summary>
    /// <param name="file">The .bicep file.</param>
    /// <param name="parameters">Lines of a .bicepparam file.</param>
    /// <param name="cancellationToken">Stops the compiler.</param>
    public static Task<Deployment> DeployAsync(string file, string parameters, CancellationToken cancellationToken) =>
        Deployments.GetOrAdd((file, parameters), _ => new(() => SnapshotOfAsync(file, parameters, cancellationToken))).Value;

    private static async Task<Deployment> SnapshotOfAsync(string file, string parameters, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        // Parameters name their template by a relative path.
        string path = folder["deployment.bicepparam"];
        await File.WriteAllTextAsync(path, $"using '{Path.GetRelativePath(folder.Path, file)}'\n{parameters}\n", cancellationToken);
        bool group = !(await File.ReadAllTextAsync(file, cancellationToken)).Contains("targetScope = 'subscription'", StringComparison.Ordinal);
        return await SnapshotAsync(path, folder["deployment.snapshot.json"], group, cancellationToken);
    }

    /// <summary>As above, for a parameter file of the repository.</summary>
    public static async Task<Deployment> DeployAsync(string parameterFile, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string text = await File.ReadAllTextAsync(parameterFile, cancellationToken);
        string template = Path.GetRelativePath(folder.Path, Path.Combine(Folder, "main.bicep"));
        string path = folder["deployment.bicepparam"];
        await File.WriteAllTextAsync(path, text.Replace("using 'main.bicep'", $"using '{template}'", StringComparison.Ordinal), cancellationToken);
        return await SnapshotAsync(path, folder["deployment.snapshot.json"], group: false, cancellationToken);
    }

    private static async Task<Deployment> SnapshotAsync(string parameters, string snapshot, bool group, CancellationToken cancellationToken)
    {
        string[] place = group ? ["--resource-group", "rg-test"] : ["--location", "eastus"];
        string said = await RunAsync(
            cancellationToken,
            ["snapshot", parameters, "--mode", "overwrite", "--deployment-name", "test",
            "--subscription-id", "11111111-1111-1111-1111-111111111111", "--tenant-id", "22222222-2222-2222-2222-222222222222", .. place]);
        Assert.IsTrue(File.Exists(snapshot), said);
        return new Deployment(JsonElement.Parse(await File.ReadAllTextAsync(snapshot, cancellationToken)));
    }
}
