using System.Globalization;
using System.Text;
using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

public sealed class CpioArchiveTests
{
    private const int HeaderCharacters = 110;

    [Fact]
    public void An_archive_gives_back_its_files_in_order_and_ends_with_the_trailer()
    {
        var archive = CpioArchive.Of([("init", [1, 2, 3]), ("etc", [.. Enumerable.Range(0, 8).Select(i => (byte)i)])]);

        Assert.Equal([("init", "010203"), ("etc", "0001020304050607"), ("TRAILER!!!", "")], Read(archive));
        Assert.Equal(0, archive.Length % 4);
    }

    [Fact]
    public void A_file_is_regular_and_executable()
    {
        var archive = CpioArchive.Of([("init", [1])]);

        Assert.Equal(Convert.ToInt32("100755", 8), Field(archive, 0, 1));
    }

    private static List<(string Name, string Content)> Read(byte[] archive)
    {
        var files = new List<(string, string)>();
        for (var at = 0; at < archive.Length;)
        {
            Assert.Equal("070701", Encoding.ASCII.GetString(archive, at, 6));
            var (size, nameBytes) = (Field(archive, at, 6), Field(archive, at, 11));
            var content = Aligned(at + HeaderCharacters + nameBytes);
            files.Add((Encoding.ASCII.GetString(archive, at + HeaderCharacters, nameBytes - 1), Convert.ToHexString(archive, content, size)));
            at = Aligned(content + size);
        }

        return files;
    }

    private static int Field(byte[] archive, int header, int index) =>
        int.Parse(Encoding.ASCII.GetString(archive, header + 6 + (8 * index), 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static int Aligned(int offset) => (offset + 3) / 4 * 4;
}
