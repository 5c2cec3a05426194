using System.Security.Cryptography;

namespace DurableMl.Cli.Hosting;

/// <summary>The emulated Batch account. Who holds its key can start processes here, so each state folder makes its own.</summary>
/// <param name="Name">The account name.</param>
/// <param name="Key">The shared key, base64.</param>
internal sealed record BatchAccount(string Name, string Key)
{
    private const string AccountName = "durableml";

    /// <summary>Reads the state folder's key, or makes one that only its owner can read.</summary>
    public static BatchAccount Load(string stateFolder)
    {
        var path = Path.Combine(stateFolder, "batch-account.key");
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(stateFolder);
            var fresh = path + ".new";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var writer = new StreamWriter(fresh, options))
            {
                writer.Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)));
            }

            File.Move(fresh, path, overwrite: true);
        }

        return new BatchAccount(AccountName, File.ReadAllText(path).Trim());
    }
}
