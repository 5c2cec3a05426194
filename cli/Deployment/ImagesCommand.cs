using System.CommandLine;
using System.Text.Json;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Programs;

namespace DurableMl.Cli.Deployment;

/// <summary><c>images build</c> and <c>images push</c>: the container images of the training jobs and of <c>serving/</c>.</summary>
internal static class ImagesCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var jobs = new Argument<string[]>("jobs") { Description = "The jobs, or serving; by default all.", Arity = ArgumentArity.ZeroOrMore };
        var tag = new Option<string>("--tag") { Description = "The images' tag; deployments take 1.", DefaultValueFactory = _ => "1" };
        var cpu = new Option<bool>("--cpu") { Description = "Without CUDA, for pools without GPUs: a tenth as large." };
        var build = new Command("build", "Build the images with Docker, as durableml/JOB:TAG.") { jobs, tag, cpu };
        build.SetHandler(async (result, cancellationToken) =>
        {
            var images = new ContainerImages(RepositoryLayout.Find().Root, Console.Out) { Cpu = result.GetValue(cpu) };
            await images.BuildAsync(images.Choose(result.GetValue(jobs) ?? []), "", result.GetRequiredValue(tag), cancellationToken);
            return ExitCodes.Done;
        });

        Option<string> name = DeployCommand.EnvironmentName();
        var remote = new Option<bool>("--remote") { Description = "Build in the registry, for a machine without Docker." };
        var push = new Command("push", "Build the images and push them to the registry of a deployment.") { jobs, tag, name, remote, cpu };
        push.SetHandler(async (result, cancellationToken) =>
        {
            RepositoryLayout layout = RepositoryLayout.Find();
            var images = new ContainerImages(layout.Root, Console.Out) { Cpu = result.GetValue(cpu) };
            await images.PushAsync(images.Choose(result.GetValue(jobs) ?? []), Registry(layout, result.GetRequiredValue(name)), result.GetRequiredValue(tag), result.GetValue(remote), cancellationToken);
            return ExitCodes.Done;
        });
        return new Command("images", "The container images of the training jobs and of serving.") { build, push };
    }

    private static string Registry(RepositoryLayout layout, string name)
    {
        string file = Path.Combine(layout.State, "deployments", name, "outputs.json");
        return Environment.GetEnvironmentVariable("AZURE_CONTAINER_REGISTRY_ENDPOINT") is { Length: > 0 } registry ? registry
            : File.Exists(file) ? JsonElement.Parse(File.ReadAllText(file)).EnumerateObject()
                .Single(output => string.Equals(output.Name, "AZURE_CONTAINER_REGISTRY_ENDPOINT", StringComparison.OrdinalIgnoreCase)).Value.GetProperty("value").GetString()!
            : throw new CliException($"No deployment '{name}' was made from here: run ./durableml deploy --name {name}, or set AZURE_CONTAINER_REGISTRY_ENDPOINT.");
    }
}

/// <summary>Builds and pushes the images.</summary>
/// <param name="root">The checkout.</param>
/// <param name="output">Where progress is told.</param>
internal sealed class ContainerImages(string root, TextWriter output)
{
    private const string Serving = "serving";

    private readonly string jobsFolder = Path.Combine(root, "batch-jobs");

    /// <summary>The Docker client.</summary>
    public string Docker { get; init; } = "docker";

    /// <summary>Whether without CUDA.</summary>
    public bool Cpu { get; init; }

    /// <summary>The index with PyTorch's CPU wheels; without it images without CUDA are large.</summary>
    public string CpuWheels { get; init; } = Environment.GetEnvironmentVariable("PIP_EXTRA_INDEX_URL") ?? "";

    /// <summary>The Azure CLI.</summary>
    public AzureCli Azure { get; init; } = new();

    /// <summary>Every job with an image, and the server.</summary>
    public IReadOnlyList<string> All =>
        [.. Directory.EnumerateFiles(Path.Combine(jobsFolder, "jobs"), "job.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal), Serving];

    /// <summary>The jobs that were named; all, if none was.</summary>
    /// <exception cref="CliException">One has no image.</exception>
    public IReadOnlyList<string> Choose(IReadOnlyList<string> named) =>
        named.FirstOrDefault(job => !All.Contains(job, StringComparer.Ordinal)) is { } stranger
            ? throw new CliException($"There is no job batch-jobs/jobs/{stranger}. There are images of {string.Join(", ", All)}.")
            : named.Count == 0 ? All : named;

    /// <summary>Builds.</summary>
    public async Task BuildAsync(IReadOnlyList<string> jobs, string registry, string tag, CancellationToken cancellationToken)
    {
        foreach (string job in jobs)
        {
            await output.WriteLineAsync($"Building {Image(registry, job, tag)}.");
            await DockerAsync(cancellationToken, ["build", "--platform", "linux/amd64", .. BuildArguments(job), "--file", Dockerfile(job), "--tag", Image(registry, job, tag), Context(job)]);
        }
    }

    /// <summary>Builds and pushes.</summary>
    public async Task PushAsync(IReadOnlyList<string> jobs, string registry, string tag, bool remote, CancellationToken cancellationToken)
    {
        string name = registry.Split('.')[0];
        if (!remote)
        {
            await BuildAsync(jobs, registry, tag, cancellationToken);
            await Azure.DoAsync(cancellationToken, "acr", "login", "--name", name);
        }

        foreach (string job in jobs)
        {
            if (remote)
            {
                await output.WriteLineAsync($"Building {Image(registry, job, tag)} in the registry.");
                await Azure.DoAsync(
                    cancellationToken,
                    ["acr", "build", "--registry", name, "--platform", "linux/amd64", .. BuildArguments(job), "--file", Dockerfile(job), "--image", $"durableml/{job}:{tag}", Context(job)]);
            }
            else
            {
                await DockerAsync(cancellationToken, "push", Image(registry, job, tag));
            }
        }
    }

    // The server is built from the source that it shares with the Functions app.
    private string Context(string job) => job == Serving ? root : jobsFolder;

    private string Dockerfile(string job) => Path.Combine(job == Serving ? Path.Combine(root, Serving) : HasOwn(job) ? Path.Combine(jobsFolder, "jobs", job) : jobsFolder, "Dockerfile");

    private bool HasOwn(string job) => File.Exists(Path.Combine(jobsFolder, "jobs", job, "Dockerfile"));

    private static string Image(string registry, string job, string tag) => $"{(registry.Length > 0 ? registry + "/" : "")}durableml/{job}:{tag}";

    // Each Dockerfile knows some of them.
    private IEnumerable<string> BuildArguments(string job)
    {
        string text = File.ReadAllText(Dockerfile(job));
        (string Name, string Value, bool IsWanted)[] arguments = [("JOB", job, true), ("HARDWARE", "cpu", Cpu), ("CPU_WHEELS", CpuWheels, CpuWheels.Length > 0)];
        return arguments.Where(argument => argument.IsWanted && text.Contains("ARG " + argument.Name, StringComparison.Ordinal))
            .SelectMany(argument => (string[])["--build-arg", $"{argument.Name}={argument.Value}"]);
    }

    private Task DockerAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        new ProgramRun(Docker, arguments) { Missing = "Docker is not installed. `./durableml images push --remote` builds in the registry instead." }.ShowAsync(cancellationToken);
}
