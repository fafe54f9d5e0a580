namespace Planner.Lab;

/// <summary>The order of cells and rules in reports; what is in a folder but not known any more comes last.</summary>
internal static class ComparisonOrder
{
    private const int Last = 1000;

    /// <summary>The place of a cell.</summary>
    public static int Cell(string name) => Place(ComparisonCell.All.Select(c => c.Name), name);

    /// <summary>The place of a rule.</summary>
    public static int Rule(string name) => Place(ComparedRule.Names, name);

    private static int Place(IEnumerable<string> names, string name) => names.ToList().IndexOf(name) is var at and >= 0 ? at : Last;
}
