using System.IO.Hashing;
using System.Text;

namespace Planner.Storage;

/// <summary>How many rows there are, and a sum of their hashes: the same for the same rows in any order.</summary>
internal sealed record RowSum
{
    private ulong _hash;

    public long Rows { get; private set; }

    public void Add(IReadOnlyList<object?> row)
    {
        var hash = new XxHash3();
        foreach (var value in row)
        {
            // A length in front keeps neighbours apart.
            var bytes = value switch
            {
                null => [],
                string text => Encoding.UTF8.GetBytes(text),
                long number => BitConverter.GetBytes(number),
                double number => BitConverter.GetBytes(number),
                _ => throw new FormatException($"a value of the type {value.GetType().Name} cannot be"),
            };
            hash.Append(BitConverter.GetBytes(value is null ? -1 : bytes.Length));
            hash.Append(bytes);
        }

        Rows++;
        _hash = unchecked(_hash + hash.GetCurrentHashAsUInt64());
    }
}
