namespace DurableMl.Cli.Programs;

/// <summary>Native programs that come in NuGet packages. They are large, so each is fetched when it is first used.</summary>
internal static class NuGetProgram
{
    /// <summary>The Bicep compiler.</summary>
    public static Task<string> BicepAsync(string root, CancellationToken cancellationToken) => LocateAsync(root, "bicep", cancellationToken);

    /// <summary>Aspire's dashboard.</summary>
    public static Task<string> DashboardAsync(string root, CancellationToken cancellationToken) => LocateAsync(root, "dashboard", cancellationToken);

    private static async Task<string> LocateAsync(string root, string name, CancellationToken cancellationToken)
    {
        string project = Path.Combine(root, "eng", name, name + ".csproj");
        ProgramResult restored = await new ProgramRun(
            "dotnet", "msbuild", project, "-restore", "-t:Locate", "-getProperty:Program", "-nodeReuse:false", "-nologo")
            .CaptureAsync(cancellationToken);
        string program = restored.Output.Trim();
        if (restored.ExitCode != 0 || !File.Exists(program))
        {
            throw new CliException($"The package with {name} cannot be fetched; {project} names it.\n{restored.Output}{restored.Errors}".TrimEnd());
        }

        // A package keeps no file modes.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute);
        }

        return program;
    }
}
