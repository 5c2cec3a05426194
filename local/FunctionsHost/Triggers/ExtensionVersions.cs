using System.Diagnostics;
using DurableMl.FunctionsHost.App;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>
/// In Azure, an app brings the extensions that it was built with. This host has its own; where the two differ, the app may behave differently.
/// </summary>
internal static partial class ExtensionVersions
{
    /// <summary>The folder of a build output that holds the app's own extensions.</summary>
    private const string Folder = ".azurefunctions";

    /// <summary>Says which of the app's extensions this host has in another version.</summary>
    public static void Compare(FunctionApp app, ILogger logger)
    {
        var folder = Path.Combine(app.Folder, Folder);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var theirs in Directory.EnumerateFiles(folder, "Microsoft.Azure.WebJobs.Extensions.*.dll"))
        {
            var ours = Path.Combine(AppContext.BaseDirectory, Path.GetFileName(theirs));
            if (File.Exists(ours) && VersionOf(theirs) is var built && VersionOf(ours) is var run && built != run)
            {
                // A newer minor version keeps what the older one promised.
                var level = run.Major == built.Major && run > built ? LogLevel.Information : LogLevel.Warning;
                LogDifference(logger, level, Path.GetFileNameWithoutExtension(theirs), built, run);
            }
        }
    }

    private static Version VersionOf(string path)
    {
        var version = FileVersionInfo.GetVersionInfo(path);
        return new Version(version.FileMajorPart, version.FileMinorPart, version.FileBuildPart);
    }

    [LoggerMessage(Message = "The app was built with {Extension} {Built}; this host runs it with {Run}.")]
    private static partial void LogDifference(ILogger logger, LogLevel level, string extension, Version built, Version run);
}
