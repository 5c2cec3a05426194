namespace DurableMl.Local.BatchEmulator.State;

/// <summary>Files and directories that other users of this machine cannot read, whatever the umask and whoever made them first.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute;

    /// <summary>Makes the directory, or takes an existing one.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, DirectoryMode);
        File.SetUnixFileMode(path, DirectoryMode);
    }

    /// <summary>Makes the file empty, or leaves what an existing one holds.</summary>
    public static void CreateFile(string path)
    {
        var options = new FileStreamOptions { Mode = System.IO.FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (OperatingSystem.IsWindows())
        {
            new FileStream(path, options).Dispose();
            return;
        }

        options.UnixCreateMode = FileMode;
        new FileStream(path, options).Dispose();
        File.SetUnixFileMode(path, FileMode);
    }
}
