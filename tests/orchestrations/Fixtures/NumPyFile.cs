using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrations.Tests.Fixtures;

/// <summary>NumPy files of any type, which the application itself only reads.</summary>
internal static class NumPyFile
{
    /// <summary>A .npy file.</summary>
    /// <param name="type">NumPy's name of the type, such as <c>&lt;f4</c>.</param>
    /// <param name="values">The elements.</param>
    /// <param name="shape">The shape.</param>
    public static byte[] Npy<T>(string type, T[] values, params int[] shape)
        where T : unmanaged => Npy(type, values, "False", shape);

    private static byte[] Npy<T>(string type, T[] values, string isFortran, int[] shape)
        where T : unmanaged
    {
        string tuple = shape.Length == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        string header = $"{{'descr': '{type}', 'fortran_order': {isFortran}, 'shape': {tuple}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. MemoryMarshal.AsBytes<T>(values)];
    }

    /// <summary>A .npy file of two dimensions in Fortran order.</summary>
    public static byte[] ColumnMajor<T>(string type, T[] values, int rows, int columns)
        where T : unmanaged =>
        Npy(type, [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])], "True", [rows, columns]);

    /// <summary>A .npz file.</summary>
    public static byte[] Npz(params (string Name, byte[] Npy)[] arrays) => Zip([.. arrays.Select(array => (array.Name + ".npy", array.Npy))]);

    /// <summary>A .zip file.</summary>
    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] file) in files)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(file);
            }
        }

        return content.ToArray();
    }
}
