from serving.doctor.finding import failure, warning, well


def test_a_finding_is_a_line_and_its_advice_another():
    assert str(well("port", "free")) == "ok       port           free"
    assert str(failure("port", "taken", "End it.")) == (
        "failure  port           taken\n                        End it."
    )
    assert [one.level for one in (well("a", "b"), warning("a", "b", "c"))] == ["ok", "warning"]
