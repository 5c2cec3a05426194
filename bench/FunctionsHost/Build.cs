using DurableMl.Tests.Support;

namespace FunctionsHost.Benchmarks;

/// <summary>How this program was started, and where its app lies.</summary>
internal static class Build
{
    /// <summary>Whether this runs as <c>dotnet benchmark.dll</c>.</summary>
    public static bool IsDotnet => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";

    /// <summary>The benchmark's app, built beside it.</summary>
    public static string AppFolder
    {
        get
        {
            var parts = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
            return Path.Combine(Repository.Root, "bench", "FunctionsHost", "App", "bin", parts[^2], parts[^1]);
        }
    }
}
