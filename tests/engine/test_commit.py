import subprocess

from engine.commit import commit


def git(folder, *command: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    words = ["git", "-C", str(folder), *identity, *command]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


def test_the_commit_of_a_checkout_says_where_files_differ_from_it(tmp_path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "first")
    git(tmp_path, "tag", "v1")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert commit(tmp_path) == head
    (tmp_path / "file").write_text("2")
    assert commit(tmp_path) == f"{head}-dirty"


def test_outside_a_checkout_there_is_none_even_below_one(tmp_path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "below").mkdir()
    assert commit(tmp_path / "below") is None


def test_a_checkout_without_commits_has_none(tmp_path) -> None:
    git(tmp_path, "init", "-q")
    assert commit(tmp_path) is None
