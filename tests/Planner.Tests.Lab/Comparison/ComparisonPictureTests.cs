using System.Xml.Linq;
using Planner.Lab;
using Xunit;

namespace Planner.Tests.Comparison;

public sealed class ComparisonPictureTests
{
    [Fact]
    public void Each_completed_migration_has_a_mark_and_each_cell_its_limit()
    {
        var document = XDocument.Parse(ComparisonPicture.Of([Migration("idle", "planner", 12), Migration("idle", "qemu", 60), Migration("idle", "qemu", 70), Migration("steady-10", "qemu", 120), Lost]));
        XNamespace svg = "http://www.w3.org/2000/svg";

        // The legend has one mark a rule, too.
        Assert.Equal(1 + 1, document.Descendants(svg + "circle").Count());
        Assert.Equal(3 + 1, document.Descendants(svg + "polygon").Count());
        Assert.Equal(2 + 1, document.Descendants(svg + "polyline").Count());
    }

    [Fact]
    public void Without_migrations_there_is_a_picture_without_panels() => Assert.StartsWith("<svg", ComparisonPicture.Of([Lost]), StringComparison.Ordinal);

    private static ComparedMigration Lost => Migration("steady-80", "qemu", 0) with { Outcome = ComparedOutcome.TimedOut, BlackoutSeconds = null };

    private static ComparedMigration Migration(string cell, string rule, double milliseconds) => new()
    {
        Cell = cell, Rule = rule, Qemu = "10.0", Run = 1, LimitSeconds = 0.1, Outcome = ComparedOutcome.Completed, BlackoutSeconds = milliseconds / 1e3, TotalSeconds = 5,
    };
}
