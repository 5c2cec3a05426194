using System.Security.Cryptography;

namespace DurableMl.Cli.Hosting;

/// <summary>A key of 64 random bytes in a file that only its owner can read.</summary>
internal static class SecretKey
{
    /// <summary>Reads the key in base64, or makes one.</summary>
    public static string Load(string path)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
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

        return File.ReadAllText(path).Trim();
    }
}
