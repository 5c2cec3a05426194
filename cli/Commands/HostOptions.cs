using System.CommandLine;
using System.Globalization;
using DurableMl.Cli.Hosting;

namespace DurableMl.Cli.Commands;

/// <summary>The options of the commands that start the local host.</summary>
internal sealed class HostOptions
{
    private readonly Option<int?> _port = Port("--port", "Port of the Functions host (7071, or a free one).");
    private readonly Option<int?> _blob = Port("--azurite-blob-port", "Port of Azurite's blobs (10000, or a free one).");
    private readonly Option<int?> _queue = Port("--azurite-queue-port", "Port of Azurite's queues (10001, or a free one).");
    private readonly Option<int?> _table = Port("--azurite-table-port", "Port of Azurite's tables (10002, or a free one).");
    private readonly Option<int?> _batch = Port("--batch-port", "Port of the Batch emulator (10100, or a free one).");
    private readonly Option<string?> _state = StateFolder();

    /// <summary>The folder option alone, for commands that only use a host.</summary>
    public static Option<string?> StateFolder() => new("--state") { Description = "Folder for everything that is written (.durableml)." };

    /// <summary>A port option that takes 1 to 65535.</summary>
    public static Option<int?> Port(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535)
            {
                return port;
            }

            result.AddError($"{name} takes a port from 1 to 65535.");
            return null;
        },
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _port, _blob, _queue, _table, _batch, _state })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The ports that were asked for.</summary>
    public PortRequest Ports(ParseResult result) => new()
    {
        Functions = result.GetValue(_port),
        Blob = result.GetValue(_blob),
        Queue = result.GetValue(_queue),
        Table = result.GetValue(_table),
        Batch = result.GetValue(_batch),
    };

    /// <summary>This checkout, with the state folder that was asked for.</summary>
    public RepositoryLayout Layout(ParseResult result) => RepositoryLayout.Find(result.GetValue(_state));
}
