using System.Diagnostics;
using System.Text.RegularExpressions;
using Azure.Compute.Batch;

namespace BatchJobs.Tests;

/// <summary>Does with a task what a Batch node does: brings its files, sets its environment, starts its command without a shell.</summary>
internal static partial class NodeOnThisMachine
{
    [GeneratedRegex("\"[^\"]*\"|\\S+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    /// <summary>Returns the exit code. <paramref name="tamper"/> may change the files before the command starts.</summary>
    public static async Task<int> RunAsync(BatchTaskCreateOptions task, string folder, CancellationToken cancellationToken, Action? tamper = null)
    {
        using var http = new HttpClient();
        foreach (var file in task.ResourceFiles)
        {
            var path = Path.Combine(folder, file.FilePath);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync(file.HttpUri, cancellationToken), cancellationToken);
        }

        tamper?.Invoke();
        string[] words = [.. Word().Matches(task.CommandLine).Select(word => word.Value.Trim('"'))];
        var start = new ProcessStartInfo(words[0] == "python3" ? Repository.Python : words[0], words[1..]) { WorkingDirectory = folder };
        foreach (var setting in task.EnvironmentSettings)
        {
            start.Environment[setting.Name] = setting.Value;
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience.Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
