using System.Text.Json;

namespace DurableMl.Cli.Hosting;

/// <summary>The key that the local Functions host asks for. The host makes it at its first start and keeps it in a file that only its owner can read.</summary>
internal static class HostKey
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "x-functions-key";

    /// <summary>Where the host keeps its keys.</summary>
    /// <param name="stateFolder">The state folder of <c>up</c>.</param>
    public static string HostFolder(string stateFolder) => Path.Combine(stateFolder, "functions");

    /// <summary>Reads the key for all functions.</summary>
    /// <exception cref="CliException">There is none, or the file is damaged.</exception>
    public static string Read(string stateFolder)
    {
        var path = Path.Combine(HostFolder(stateFolder), "keys.json");
        try
        {
            using var keys = JsonDocument.Parse(File.ReadAllText(path));
            return keys.RootElement.GetProperty("functionKeys").GetProperty("default").GetString()!;
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or UnauthorizedAccessException)
        {
            throw new CliException($"The key of the local host cannot be read from {path} ({e.Message}).", e);
        }
    }
}
