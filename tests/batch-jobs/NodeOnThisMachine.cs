using System.Diagnostics;
using Azure.Compute.Batch;

namespace BatchJobs.Tests;

/// <summary>Does with a task what a Batch node does: brings its files, sets its environment, starts its command without a shell.</summary>
internal static class NodeOnThisMachine
{
    public static async Task<int> RunAsync(BatchTaskCreateOptions task, string folder, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        foreach (var file in task.ResourceFiles)
        {
            var path = Path.Combine(folder, file.FilePath);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync(file.HttpUri, cancellationToken), cancellationToken);
        }

        var words = task.CommandLine.Split(' ');
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
