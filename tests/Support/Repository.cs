using System.Reflection;

namespace DurableMl.Tests.Support;

/// <summary>Where this checkout and what was installed for it lie; written into the assembly by the build.</summary>
public static class Repository
{
    /// <summary>The folder that holds DurableMl.sln.</summary>
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The <c>node_modules</c> folder that <c>./durableml setup</c> filled.</summary>
    public static string NodeModules { get; } = Metadata("NpmRoot");

    /// <summary>The Python interpreter that imports PyTorch: <c>DURABLEML_PYTHON</c>, what set-up recorded, or Debian's own.</summary>
    public static string Python { get; } = FindPython();

    private static string FindPython()
    {
        if (Environment.GetEnvironmentVariable("DURABLEML_PYTHON") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        var recorded = Path.Combine(Root, ".durableml", "python");
        return File.Exists(recorded) ? File.ReadAllText(recorded).Trim() : "/usr/bin/python3";
    }

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
