using System.Text.Json;
using Microsoft.Azure.WebJobs.Extensions.Timers;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>Keeps the timers' last and next occurrence in files, so that one that was missed while the host was down is made up for.</summary>
/// <param name="folder">Where the files lie.</param>
internal sealed class TimerStatusFiles(string folder) : ScheduleMonitor
{
    /// <inheritdoc />
    public override async Task<ScheduleStatus?> GetStatusAsync(string timerName)
    {
        var path = PathOf(timerName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<ScheduleStatus>(await File.ReadAllTextAsync(path));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no timer's status. Delete the file to begin anew. {e.Message}", e);
        }
    }

    /// <inheritdoc />
    public override async Task UpdateStatusAsync(string timerName, ScheduleStatus status)
    {
        Directory.CreateDirectory(folder);
        var path = PathOf(timerName);
        var written = path + ".new";
        await File.WriteAllTextAsync(written, JsonSerializer.Serialize(status));
        File.Move(written, path, overwrite: true);
    }

    // Timers are named after their functions, whose names have letters, digits, '_' and '-' only; the SDK puts "Host.Functions." before them.
    private string PathOf(string timer) => Path.Combine(folder, Path.GetFileName(timer) + ".json");
}
