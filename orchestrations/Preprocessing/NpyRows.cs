using System.Buffers;
using System.Runtime.InteropServices;
using CommunityToolkit.HighPerformance.Buffers;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// A <c>.npy</c> file in memory that grows row by row. The memory is the array pool's, and the file after it is written to the same: fresh memory
/// of this size costs more than what is written to it.
/// </summary>
/// <param name="rowShape">The shape of a row; none for an array of one dimension.</param>
internal sealed class NpyRows<T>(params int[] rowShape) : IDisposable
    where T : unmanaged
{
    private readonly ArrayPoolBufferWriter<byte> file = new();

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>The array's shape.</summary>
    public int[] Shape => [Count, .. rowShape];

    /// <summary>Adds a row.</summary>
    public void Add(ReadOnlySpan<T> row)
    {
        if (Count == 0)
        {
            // Padding makes the headers of one row and of any number of rows equally long.
            file.Write(NpyWriter.Header<T>([1, .. rowShape]));
        }

        file.Write(MemoryMarshal.AsBytes(row));
        Count++;
    }

    /// <summary>The file so far, until the next row is added or <see cref="Clear"/> is called.</summary>
    public ReadOnlyMemory<byte> ToFile()
    {
        NpyWriter.Header<T>(Shape).CopyTo(file.DangerousGetArray().AsSpan());
        return file.WrittenMemory;
    }

    /// <summary>Begins again, without rows.</summary>
    public void Clear()
    {
        file.Clear();
        Count = 0;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => file.Dispose();
}
