using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using DurableMl.Orchestrations.Preprocessing;

namespace Orchestrations.Tests.Preprocessing;

[TestClass]
public class NpyTests
{
    [TestMethod]
    public void The_file_has_the_form_that_NumPys_specification_gives()
    {
        byte[] file = NpyWriter.Write<long>([1, -2], 2);

        CollectionAssert.AreEqual(new byte[] { 0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0 }, file[..10]);
        StringAssert.StartsWith(Encoding.ASCII.GetString(file, 10, 118), "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }");
        Assert.AreEqual((byte)'\n', file[127]);
        CollectionAssert.AreEqual(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, file[128..]);
    }

    [TestMethod]
    public async Task NumPy_reads_what_is_written()
    {
        using var folder = new TemporaryFolder();
        float[] values = [.. Enumerable.Range(0, 24).Select(i => (i / 7f) - 1)];
        await File.WriteAllBytesAsync(folder["a.npy"], NpyWriter.Write<float>(values, 2, 3, 4));
        string script = "import numpy,sys; a=numpy.load(sys.argv[1], mmap_mode='r'); print(a.dtype, a.shape, a.tobytes().hex())";

        var start = new ProcessStartInfo(Repository.Python) { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.ArgumentList.Add(folder["a.npy"]);
        using Process python = Process.Start(start)!;
        string output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();

        Assert.AreEqual($"float32 (2, 3, 4) {Convert.ToHexStringLower(MemoryMarshal.AsBytes<float>(values))}", output.Trim());
    }

    [TestMethod]
    public void Reading_gives_back_what_was_written()
    {
        (IReadOnlyList<int> shape, Memory<byte> elements) = NpyReader.Read<long>(NpyWriter.Write<long>([5, 6, 7, 8, 9, 10], 3, 2), "a.npy");

        CollectionAssert.AreEqual(new[] { 3, 2 }, shape.ToArray());
        CollectionAssert.AreEqual(new long[] { 5, 6, 7, 8, 9, 10 }, MemoryMarshal.Cast<byte, long>(elements.Span).ToArray());
    }

    [TestMethod]
    public void A_file_that_grows_row_by_row_is_the_one_that_is_written_at_once()
    {
        float[] values = [.. Enumerable.Range(0, 30_000).Select(i => i / 7f)];
        using var rows = new NpyRows<float>(3);
        foreach (int count in (int[])[10_000, 2])
        {
            rows.Clear();
            for (int row = 0; row < count; row++)
            {
                rows.Add(values.AsSpan(3 * row, 3));
            }

            CollectionAssert.AreEqual(NpyWriter.Write<float>(values.AsSpan(0, 3 * count), count, 3), rows.ToFile().ToArray());
        }
    }

    [TestMethod]
    public void A_file_cut_short_or_of_another_type_is_refused()
    {
        byte[] file = NpyWriter.Write<long>([1, 2, 3], 3);

        Assert.ThrowsExactly<DatasetFormatException>(() => NpyReader.Read<long>(file[..^1], "a.npy"));
        Assert.ThrowsExactly<DatasetFormatException>(() => NpyReader.Read<long>(file[..20], "a.npy"));
        Assert.ThrowsExactly<DatasetFormatException>(() => NpyReader.Read<float>(file, "a.npy"));
        Assert.ThrowsExactly<DatasetFormatException>(() => NpyReader.Read<float>("no array at all"u8.ToArray(), "a.npy"));
    }

    [TestMethod]
    public void A_shape_that_does_not_hold_the_data_is_refused() => Assert.ThrowsExactly<ArgumentException>(() => NpyWriter.Write<float>([1, 2, 3], 2, 2));
}
